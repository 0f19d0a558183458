import assert from "node:assert/strict";
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../deploy/eventually.ts";
import type { Member } from "./redisMember.ts";
import { together } from "./redisTogether.ts";

// Debian's redis-server on local disk. Both engines on NFS are the end-to-end suite's.

together("a member's volume", (store) => {
  let primary: Member;
  beforeEach(() => {
    primary = store.members.add(0);
  });

  const ready = () => eventually("it to be ready", 15, () => Promise.resolve(primary.ready() === ""));
  const copies = () => readdirSync(primary.data).filter((name) => name.startsWith("damaged-"));

  /** A stopped primary with 20 sessions. */
  async function withSessions() {
    await primary.start();
    await primary.loaded();
    for (let id = 1; id <= 20; id++) primary.ask("set", `sess:${id}`, `user ${id}`);
    await primary.kill();
  }

  describe("that another server has", () => {
    it("is waited for, and taken when that one is gone", async () => {
      await primary.start();
      const second = store.members.add(1, 0).launch();
      await second.held("another server holds the lock on this volume");
      assert.equal(second.script("live.sh").status, 0);
      assert.equal(primary.ready(), "");
      await primary.kill();
      await second.held("this volume belongs to shop/redis-0");
    });

    it("cannot be taken by order", async () => {
      await primary.start();
      const second = store.members.add(1, 0).launch();
      await second.held(/holds the lock/);
      second.override();
      await primary.kill();
      // Nor does the order count for the next reason, which its giver has not seen.
      await second.held("this volume belongs to shop/redis-0");
    });

    it("lets a held pod end at once when it is told to", async () => {
      await primary.start();
      const second = store.members.add(1, 0).launch();
      await second.held(/holds the lock/);
      assert.equal(await second.stop(), 143);
    });
  });

  it("that belongs to another pod is refused until the operator says otherwise", async () => {
    await withSessions();
    writeFileSync(join(primary.data, "owner"), "other/redis-0\n");
    primary.launch();
    await primary.held("this volume belongs to other/redis-0");
    primary.override();
    await ready();
    assert.equal(primary.file("owner"), "shop/redis-0");
    assert.equal(primary.ask("dbsize"), "20");
  });

  // What can be read: https://valkey.io/topics/migration, and RDB files of each read by the other (docs/decisions).
  for (const [written, refused] of [
    ["redis 6.2", false],
    ["redis 8.0", true],
  ] as const) {
    it(`written by ${written} is ${refused ? "not " : ""}taken by redis 7.0`, async function () {
      await withSessions();
      if (!(primary.file("engine") ?? "").endsWith(" 7.0")) this.skip();
      writeFileSync(join(primary.data, "engine"), `${written}\n`);
      primary.launch();
      if (refused) await primary.held(`redis 7.0 can't read what ${written} wrote: go back to that engine`);
      else await ready();
    });
  }

  for (const [engine, written, refused] of [
    ["redis 7.0", "redis 7.0", false],
    ["redis 7.0", "redis 7.2", true],
    ["redis 7.0", "valkey 8.1", false],
    ["redis 7.0", "valkey 9.0", true],
    ["valkey 8.1", "redis 7.2", false],
    ["valkey 8.1", "redis 7.4", true],
    ["valkey 9.0", "redis 8.0", true],
    ["valkey 9.0", "valkey 8.1", false],
    ["valkey 8.1", "valkey 9.0", true],
    ["redis 8.0", "valkey 8.1", false],
    ["redis 8.0", "valkey 9.0", true],
    ["redis 8.2", "redis 8.10", true],
  ] as const) {
    it(`written by ${written} is ${refused ? "not " : ""}taken by ${engine}`, async () => {
      const [name = "", version = ""] = engine.split(" ");
      const program = primary.program(`${name}-server`, `echo "Server v=${version}.3 sha=00000000:0"`);
      writeFileSync(join(primary.data, "engine"), `${written}\n`);
      primary.env.ENGINE = name;
      primary.env.PATH = `${program}:${process.env.PATH}`;
      primary.launch();
      const reason = `session-store: held: ${engine} can't read what ${written} wrote: go back to that engine`;
      // A fake that only tells its version ends at once when it is started as a server.
      if (refused) await eventually("it to be held", 10, () => Promise.resolve(primary.log.includes(reason)));
      else await primary.ended();
      assert.equal(primary.log.includes("held:"), refused, primary.log);
    });
  }

  describe("with a damaged end of the append-only file", () => {
    /** Path of the file that the append-only file goes on from. */
    const baseFile = () => {
      const folder = join(primary.data, "appendonlydir");
      return join(folder, readdirSync(folder).find((name) => name.endsWith(".base.rdb")) ?? "");
    };
    const damages = {
      torn: () => truncateSync(primary.appendOnlyFile, statSync(primary.appendOnlyFile).size - 3),
      garbage: () => appendFileSync(primary.appendOnlyFile, Buffer.alloc(12)),
    };

    for (const [damage, inflict, kept] of [
      ["torn", damages.torn, 19],
      ["garbage", damages.garbage, 20],
    ] as const) {
      it(`is repaired, ${damage}: a copy aside, the damage cut off, all before it there`, async () => {
        await withSessions();
        const before = primary.appendOnlyFile;
        inflict();
        const damaged = readFileSync(before);
        assert.equal(await (primary.launch(), primary.ended()), 1); // What the server thinks of it.
        primary.launch();
        await ready();
        assert.equal(primary.ask("dbsize"), String(kept));
        assert.equal(primary.ask("get", "sess:19"), "user 19");
        const [copy = ""] = copies();
        assert.deepEqual(readFileSync(join(primary.data, copy, before.split("/").at(-1) ?? "")), damaged);
        assert.match(primary.log, /session-store: cut the damaged end of the append-only file; as it was: /);
      });
    }

    it("is held where repairs are refused, and repaired by order", async () => {
      await withSessions();
      damages.garbage();
      primary.env.CORRUPT_TAIL = "refuse";
      await (primary.launch(), primary.ended());
      primary.launch();
      await primary.held("the last 12 bytes of its append-only file are damaged and store.corruptTail is refuse");
      primary.override();
      await ready();
      assert.equal(primary.ask("dbsize"), "20");
      assert.equal(copies().length, 1);
    });

    it("is held when the damage is larger than what a crash leaves", async () => {
      await withSessions();
      appendFileSync(primary.appendOnlyFile, Buffer.alloc(1_048_577));
      await (primary.launch(), primary.ended());
      primary.launch();
      await primary.held(
        "1048577 bytes of its append-only file are damaged or follow damage, more than a crash leaves (1048576)",
      );
      assert.deepEqual(copies(), []);
    });

    for (const [damage, inflict] of [
      ["nothing can be repaired", () => writeFileSync(baseFile(), "no such thing")],
      ["its last file is missing", () => rmSync(primary.appendOnlyFile)],
    ] as const) {
      it(`is held when ${damage}, and set aside by order`, async () => {
        await withSessions();
        inflict();
        await (primary.launch(), primary.ended());
        primary.launch();
        await primary.held("its append-only file is damaged beyond repair: run npm run store -- reseed");
        primary.override();
        await ready();
        assert.equal(primary.ask("dbsize"), "0");
        assert.equal(copies().length, 1);
      });
    }

    it("keeps the newest two copies, not to fill the volume", async () => {
      await withSessions();
      for (const day of ["20260101", "20260102"]) {
        const old = join(primary.data, `damaged-${day}T000000Z`);
        rmSync(old, { recursive: true, force: true });
        writeFileSync(old, "");
      }
      damages.garbage();
      await (primary.launch(), primary.ended());
      primary.launch();
      await ready();
      const left = copies().sort();
      assert.equal(left.length, 2);
      assert.equal(left[0], "damaged-20260102T000000Z");
    });
  });
});
