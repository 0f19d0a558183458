import assert from "node:assert/strict";
import { FakeRedis } from "../../demo/tests/fakeRedis.ts";
import { until } from "../../deploy/eventually.ts";
import { Load } from "../e2e/store/load.ts";
import { keyOf, lanes, total, valueOf } from "../e2e/store/protocol.ts";

// The kill matrix is worth what its check is worth: here it meets servers that lose what they acknowledged.

const here = (command: string[]) => command;

describe("the load of the kill matrix", function () {
  this.timeout(30_000);
  let server: FakeRedis;
  let load: Load;

  beforeEach("writers on a server that answers", async () => {
    server = new FakeRedis();
    await server.start();
    load = new Load();
    await load.write({ enter: here, url: server.url });
    await load.acknowledged(500, 20);
  });

  afterEach(async () => {
    await load.end();
    await server.stop();
  });

  it("finds nothing lost where nothing was, and every key as it was written", async () => {
    const progress = await load.stop();
    const count = total(progress);
    assert.deepEqual(await load.check(), { checked: count, lost: 0, examples: [] });
    assert.equal(server.values.size, count);
    assert.deepEqual(progress.errors, {});
    assert.equal(progress.acknowledged.length, lanes);
    assert.ok(progress.acknowledged.every((number) => number > 0));
  });

  it("reports each acknowledged key that is gone", async () => {
    await load.stop();
    const gone = [keyOf(0, 0), keyOf(0, 1), keyOf(7, 3)];
    for (const key of gone) assert.ok(server.values.delete(key));
    const { lost, examples } = await load.check();
    assert.deepEqual({ lost, examples }, { lost: 3, examples: gone });
  });

  it("reports a key whose value is another, such as one of an earlier run", async () => {
    await load.stop();
    server.values.set(keyOf(1, 0), valueOf("earlier", 1, 0));
    const { lost, examples } = await load.check();
    assert.deepEqual({ lost, examples }, { lost: 1, examples: [keyOf(1, 0)] });
  });

  it("reports what a server forgot that was killed in between, and goes on writing to the next", async () => {
    await server.stop();
    const kept = new Map(server.values);
    const before = total(await load.progress());
    assert.ok(kept.size >= before, "all that was acknowledged had been stored");
    server.values.clear();
    await server.start();
    await load.acknowledged(before + 500, 20);
    const { pauses, errors } = await load.stop();
    assert.ok(pauses.length > 0, "the writers noticed nothing");
    assert.ok(Object.keys(errors).length > 0, "the writers noticed nothing");
    const { checked, lost } = await load.check();
    const missing = [...kept.keys()].filter((key) => !server.values.has(key));
    assert.equal(checked - lost, server.values.size);
    // What had been stored and not yet acknowledged was written again.
    assert.equal(lost, missing.length);
    assert.ok(lost >= 500);
  });

  it("counts no write that is refused, and tries it again", async () => {
    server.errorReply = "OOM command not allowed when used memory > 'maxmemory'.";
    server.failing = new Set(["SET"]);
    const refused = async () => Object.keys((await load.progress()).errors).includes(server.errorReply ?? "");
    await until("the writers to be refused", 10, refused);
    const before = total(await load.progress());
    const stored = server.values.size;
    assert.equal(before, stored);
    server.errorReply = undefined;
    await load.acknowledged(before + 100, 10);
    await load.stop();
    assert.equal((await load.check()).lost, 0);
  });

  it("goes on with what was acknowledged when its process is replaced", async () => {
    await load.abandon();
    const before = server.values.size;
    await load.write({ enter: here, url: server.url });
    await load.acknowledged(before + 500, 20);
    const count = total(await load.stop());
    assert.deepEqual(await load.check(), { checked: count, lost: 0, examples: [] });
    assert.equal(server.values.size, count);
  });

  it("deletes what it wrote", async () => {
    server.values.set("sess:another", "stays");
    await load.stop();
    await load.clear();
    assert.deepEqual([...server.values.keys()], ["sess:another"]);
  });

  it("says so when its process is gone", async () => {
    await load.end();
    await assert.rejects(load.check(), { message: "the writers were not started, or have been ended" });
  });
});
