import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { archive, replacing, restored, restoring, sum } from "./redisRestoring.ts";
import { contents, finished, password } from "./redisServers.ts";

restoring("restore.sh", (t) => {
  it("puts the newest archive's sessions in place of all that redis-0 and its replica hold", async () => {
    t.put("sessions-20260101T000000Z.rdb", Buffer.from("an older one"));
    const { status, stdout, stderr } = await t.restore();
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 0, stdout: replacing(40, 500, archive) + restored(500, archive), stderr: "" },
    );
    assert.equal(t.archived.length, 500);
    assert.deepEqual(contents(t.primary), t.archived);
    await t.inStep();
    assert.deepEqual(contents(t.replica), t.archived);
    assert.equal(t.primary.info("role"), "master");
  });

  it("has them in redis-0's own files when it ends: a crash loses none", async () => {
    await t.restore();
    await t.primary.crash();
    assert.equal(t.primary.info("role"), "master");
    assert.deepEqual(contents(t.primary), t.archived);
    await t.inStep();
    assert.deepEqual(contents(t.replica), t.archived);
  });

  it("leaves redis-0's replication user as it was, and redis-0 writable", async () => {
    await t.restore();
    assert.equal(t.primary.ask("config", "get", "masteruser"), "masteruser\nreplica");
    assert.equal(t.primary.ask("config", "get", "masterauth"), `masterauth\n${password}`);
    assert.equal(t.primary.ask("set", "sess:new", "1"), "OK");
  });

  it("restores no session that has expired meanwhile", async () => {
    const newest = await t.archiveOf("set sess:gone 1 px 1\nset sess:there 1\n");
    assert.equal((await t.restore()).stdout, replacing(40, 1, newest, 1) + restored(1, newest));
    assert.equal(t.primary.ask("keys", "*"), "sess:there");
  });

  it("restores the archive that ARCHIVE names", async () => {
    t.put("sessions-20260103T000000Z.rdb", Buffer.from("a newer one"));
    assert.equal((await t.restore({ ARCHIVE: archive })).status, 0);
    assert.deepEqual(contents(t.primary), t.archived);
  });

  it("restores an archive without checksum", async () => {
    rmSync(t.folder.at(`backup/${archive}.sha256`));
    assert.equal((await t.restore()).status, 0);
    assert.deepEqual(contents(t.primary), t.archived);
  });

  it("waits for an upload and restores it", async () => {
    const running = finished(t.folder.start("restore.sh", t.env({ ARCHIVE: "upload" })));
    const received = await t.folder.run("restore.sh", {}, ["receive", String(t.bytes.length), sum(t.bytes)], t.bytes);
    assert.deepEqual(received, { status: 0, stdout: "", stderr: "" });
    const { status, stdout } = await running;
    assert.deepEqual(
      { status, stdout },
      {
        status: 0,
        stdout: `waiting for the archive\n${replacing(40, 500, "sessions.rdb")}${restored(500, "sessions.rdb")}`,
      },
    );
    assert.deepEqual(contents(t.primary), t.archived);
  });

  it("takes no upload that did not arrive whole", async () => {
    const cut = t.bytes.subarray(0, 100);
    assert.deepEqual(await t.folder.run("restore.sh", {}, ["receive", String(t.bytes.length), sum(t.bytes)], cut), {
      status: 1,
      stdout: "",
      stderr: "restore failed: the upload did not arrive whole: send it again\n",
    });
    assert.equal(readdirSync(t.folder.at("upload")).includes("sessions.rdb"), false);
  });
});
