import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { eventually } from "../../deploy/eventually.ts";
import { loseVolume, together } from "./redisTogether.ts";

together("the data set of a store's members", (store) => {
  it("is the same on primary and replica, and stays over restarts in any order", async () => {
    const [primary, replica] = await store.pair();
    const id = primary.file("dataset");
    assert.equal(replica.file("dataset"), id);
    await replica.stop();
    await primary.stop();
    await primary.start();
    await replica.start();
    assert.deepEqual([primary.file("dataset"), replica.file("dataset")], [id, id]);
    assert.equal(replica.ask("get", "sess:jack"), "here");
  });

  it("makes an empty primary wait while a replica has data, alive and not ready", async () => {
    const [primary, replica] = await store.pair();
    await loseVolume(primary);
    await primary.held("this volume is empty and redis-1 holds 1 keys: run npm run store -- reseed");
    assert.equal(primary.script("live.sh").status, 0);
    assert.equal(replica.ask("get", "sess:jack"), "here");
  });

  it("is not what a cut left of a primary that was to follow its replica, and died before it had all", async () => {
    const [primary] = await store.pair();
    await primary.kill();
    appendFileSync(primary.appendOnlyFile, Buffer.alloc(1_048_577));
    await (primary.launch(), primary.ended());
    primary.launch();
    await primary.held(/more than a crash leaves/);
    primary.override("127.255.255.254"); // Where nobody is.
    await eventually("it to follow", 15, () => Promise.resolve(primary.ask("role").startsWith("slave")));
    assert.equal(primary.ask("dbsize"), "1");
    await primary.kill();
    primary.launch();
    await primary.held("this volume is empty and redis-1 holds 1 keys: run npm run store -- reseed");
  });

  it("keeps a replica's data from a primary that was told to begin anew, until it is given up", async () => {
    const [primary, replica] = await store.pair();
    await loseVolume(primary);
    await primary.held(/is empty/);
    primary.override();
    await eventually("the primary", 10, () => Promise.resolve(primary.ready() === ""));
    assert.equal(primary.ask("dbsize"), "0");
    await eventually("the replica to say why it does not follow", 10, () =>
      Promise.resolve(replica.ready().startsWith("the primary holds another data set: reseed it from this replica")),
    );
    assert.equal(replica.ask("get", "sess:jack"), "here");

    assert.equal(replica.script("adopt.sh").text, `session-store: follows data set ${primary.file("dataset")}`);
    await eventually("the replica to follow", 15, () => Promise.resolve(replica.ready() === ""));
    assert.equal(replica.ask("dbsize"), "0");
  });

  it("keeps a replica's data that comes after a primary which began anew: all pods lost, and the primary's volume", async () => {
    const [primary, replica] = await store.pair();
    await replica.stop();
    await loseVolume(primary); // The replica is not there to be asked.
    await eventually("the primary", 10, () => Promise.resolve(primary.ready() === ""));
    replica.launch();
    await eventually("the replica to say why it does not follow", 10, () =>
      Promise.resolve(replica.ready().startsWith("the primary holds another data set")),
    );
    assert.equal(replica.ask("get", "sess:jack"), "here");
  });

  it("lets a replica without data follow such a primary by itself", async () => {
    const primary = await store.started(0);
    const replica = await store.started(1);
    await replica.stop();
    await loseVolume(primary);
    await eventually("the primary", 10, () => Promise.resolve(primary.ready() === ""));
    await replica.start();
    assert.equal(replica.file("dataset"), primary.file("dataset"));
  });

  it("is waited for by a new replica as long as the primary is away", async () => {
    const replica = store.members.add(1).launch();
    await replica.held("the primary does not answer, which knows the data set's id");
    await store.started(0);
    await eventually("the replica", 15, () => Promise.resolve(replica.ready() === ""));
  });

  it("is not the primary's to adopt", async () => {
    const primary = await store.started(0);
    assert.deepEqual(primary.script("adopt.sh"), { status: 1, text: "redis-0 is the primary: it follows nobody" });
  });
});
