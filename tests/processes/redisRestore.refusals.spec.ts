import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { eventually } from "../../deploy/eventually.ts";
import { archive, restoring, sum } from "./redisRestoring.ts";
import { Server } from "./redisServers.ts";

restoring("restore.sh refuses, and changes nothing,", (t) => {
  const changed = (at: number) => Buffer.from(t.bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  const version = () => Buffer.concat([Buffer.from("REDIS0099"), t.bytes.subarray(9)]);
  const damaged = (why: string) => `${archive} is no archive or a damaged one: ${why}`;
  const cases: [title: string, content: () => Buffer, checksum: boolean, message: string | RegExp][] = [
    ["a truncated archive", () => t.bytes.subarray(0, -9), false, /is no archive or a damaged one: .*Unexpected EOF/],
    ["one with a flipped bit", () => changed(t.bytes.length / 2), false, /is no archive or a damaged one: /],
    ["one with a flipped bit at its end", () => changed(t.bytes.length - 1), false, /RDB CRC error/],
    ["an empty one", () => Buffer.alloc(0), false, damaged("[offset 0] Unexpected EOF reading RDB file")],
    [
      "one that is none",
      () => Buffer.from("hello, world\n"),
      false,
      damaged("[offset 9] Wrong signature trying to load DB from file"),
    ],
    [
      "one with another checksum",
      () => t.bytes,
      true,
      `${archive} is damaged: its SHA-256 is not the one in ${archive}.sha256`,
    ],
    [
      "one of a format that this engine cannot read",
      version,
      false,
      /was written by redis 7\.[0-9.]+, in a format that Redis server v=7[0-9.]+ cannot read: restore it with the engine that wrote it, in that release or a newer one; nothing/,
    ],
  ];
  for (const [title, content, otherChecksum, message] of cases) {
    it(title, async () => {
      t.put(archive, content(), otherChecksum ? sum(Buffer.from("another")) : sum(content()));
      const { status, stdout, stderr } = await t.restore();
      assert.deepEqual([status, stdout], [1, ""]);
      if (typeof message === "string") assert.equal(stderr, `restore refused: ${message}; nothing was changed\n`);
      else assert.match(stderr, message);
      await t.untouched();
    });
  }

  it("one whose sessions have all expired", async () => {
    await t.archiveOf("set sess:gone 1 px 1\n");
    const { status, stderr } = await t.restore();
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^restore refused: sessions-\S+ holds no session that is still valid \(1 have expired\); nothing was changed\n$/,
    );
    await t.untouched();
  });

  it("one that needs more memory than redis-0 may use", async () => {
    t.primary.ask("config", "set", "maxmemory", "1mb");
    const { status, stderr } = await t.restore();
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `restore refused: ${archive} needs 1 MiB and the store may use 1 MiB: raise store.memory; nothing was changed\n`,
    );
    await t.untouched();
  });

  it("without an archive, or with the wrong name of one", async () => {
    for (const [name, why] of [
      ["sessions-1.rdb", "the claim session-store-backup has no archive sessions-1.rdb; see npm run store -- backups"],
      ["../x", "ARCHIVE must be the name of an archive on the claim session-store-backup, got ../x"],
    ] as const) {
      assert.equal((await t.restore({ ARCHIVE: name })).stderr, `restore refused: ${why}; nothing was changed\n`);
    }
    rmSync(t.folder.at(`backup/${archive}`));
    assert.equal(
      (await t.restore()).stderr,
      "restore refused: there is no archive on the claim session-store-backup (is store.backup configured?); nothing was changed\n",
    );
    await t.untouched();
  });

  it("while redis-0 follows somebody who is there", async () => {
    const other = await new Server(t.folder, 8).start();
    try {
      t.primary.ask("config", "set", "masteruser", "admin");
      t.primary.ask("replicaof", other.host, String(other.port));
      await eventually("redis-0 to follow", 10, () => Promise.resolve(t.primary.info("master_link_status") === "up"));
      assert.deepEqual(await t.restore(), {
        status: 1,
        stdout: "",
        stderr: `restore refused: redis-0 follows ${other.host}: another restore or a reseed is under way; nothing was changed\n`,
      });
    } finally {
      await other.stop();
      rmSync(t.folder.at("server-8"), { recursive: true });
    }
  });

  it("when redis-0 does not answer", async () => {
    await t.primary.stop();
    const { status, stderr } = await t.restore();
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `restore refused: redis-0 does not answer (Could not connect to Redis at ${t.primary.host}:${t.primary.port}: Connection refused): ` +
        "if it is held, see npm run store -- reseed and override; nothing was changed\n",
    );
  });
});
