import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { eventually } from "../deploy/eventually.ts";
import { sessionCommands } from "./redisContents.ts";
import { contents, finished, noRedis, password, ScriptFolder, Server } from "./redisServers.ts";

// Real servers, client and checker, of whatever Redis this machine has; they are started again when they end, as a
// pod's container is. That images, claims and the Job fit is proved by the end-to-end suite (topic backup).

(noRedis === "" ? describe : describe.skip)(`restore.sh${noRedis && ` (skipped: ${noRedis})`}`, function () {
  this.timeout(60_000);
  const archive = "sessions-20260102T000000Z.rdb";
  let folder: ScriptFolder;
  let primary: Server;
  let replica: Server;
  /** What the archive holds. */
  let archived: string[];
  /** What redis-0 holds before it is restored. */
  let current: string[];
  let runId: string;
  let bytes: Buffer;

  before("an archive", async () => {
    folder = new ScriptFolder();
    folder.add("backup.sh");
    for (const script of ["lib.sh", "follow.sh", "restore.sh"]) folder.add(script);
    const origin = await new Server(folder, 9).start();
    origin.input(sessionCommands(500));
    archived = contents(origin);
    await folder.run("backup.sh", { SOURCES: origin.host, KEEP: "1" });
    await origin.stop();
    const made = readdirSync(folder.at("backup")).find((file) => file.endsWith(".rdb")) ?? "";
    bytes = readFileSync(folder.at(`backup/${made}`));
  });

  beforeEach("redis-0 with other sessions, and a replica of it", async () => {
    for (const file of readdirSync(folder.at("backup"))) rmSync(folder.at(`backup/${file}`));
    for (const file of readdirSync(folder.at("upload"))) rmSync(folder.at(`upload/${file}`));
    put(archive, bytes);
    const replication = ["masteruser replica", `masterauth ${password}`];
    primary = await new Server(folder, 1, replication).start();
    primary.input(sessionCommands(40, "sess:old-"));
    replica = await new Server(folder, 2, [`replicaof ${primary.host} ${primary.port}`, ...replication]).start();
    await inStep();
    current = contents(primary);
    runId = primary.info("run_id");
  });

  afterEach(async () => {
    folder.add("follow.sh");
    await Promise.all([primary, replica].map((server) => server.stop()));
    for (const server of ["server-1", "server-2"]) rmSync(folder.at(server), { recursive: true });
    for (const file of readdirSync(folder.at("run"))) rmSync(folder.at(`run/${file}`), { recursive: true });
  });

  after(() => folder.remove());

  const env = (more: Record<string, string> = {}) => ({
    PRIMARY_HOST: primary.host,
    POD_IP: folder.address(3),
    ...more,
  });
  const restore = (more: Record<string, string> = {}) => folder.run("restore.sh", env(more));
  const sum = (content: Buffer) => createHash("sha256").update(content).digest("hex");
  function put(name: string, content: Buffer, checksum = sum(content)) {
    writeFileSync(folder.at(`backup/${name}`), content);
    writeFileSync(folder.at(`backup/${name}.sha256`), `${checksum}  ${name}\n`);
  }
  const inStep = () =>
    eventually("the replica to be in step", 20, () =>
      Promise.resolve(
        replica.info("master_link_status") === "up" &&
          replica.info("slave_repl_offset") === primary.info("master_repl_offset"),
      ),
    );
  /** redis-0 was not touched: same process, same data, a primary all the time, and its replica still in step. */
  const untouched = async () => {
    assert.equal(primary.info("run_id"), runId);
    assert.equal(primary.info("role"), "master");
    assert.equal(primary.info("second_repl_offset"), "-1");
    assert.deepEqual(contents(primary), current);
    await inStep();
    assert.deepEqual(contents(replica), current);
  };
  const replacing = (old: number, count: number, name: string, expired = 0) =>
    `replacing the ${old} sessions of redis-0 by the ${count} of ${name} (${expired} more have expired)\n`;
  const restored = (count: number, name: string) =>
    `restored ${count} sessions from ${name}; redis-0 is the primary again\n`;

  it("puts the newest archive's sessions in place of all that redis-0 and its replica hold", async () => {
    put("sessions-20260101T000000Z.rdb", Buffer.from("an older one"));
    const { status, stdout, stderr } = await restore();
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 0, stdout: replacing(40, 500, archive) + restored(500, archive), stderr: "" },
    );
    assert.equal(archived.length, 500);
    assert.deepEqual(contents(primary), archived);
    await inStep();
    assert.deepEqual(contents(replica), archived);
    assert.equal(primary.info("role"), "master");
  });

  it("has them in redis-0's own files when it ends: a crash loses none", async () => {
    await restore();
    await primary.crash();
    assert.equal(primary.info("role"), "master");
    assert.deepEqual(contents(primary), archived);
    await inStep();
    assert.deepEqual(contents(replica), archived);
  });

  it("leaves redis-0's replication user as it was, and redis-0 writable", async () => {
    await restore();
    assert.equal(primary.ask("config", "get", "masteruser"), "masteruser\nreplica");
    assert.equal(primary.ask("config", "get", "masterauth"), `masterauth\n${password}`);
    assert.equal(primary.ask("set", "sess:new", "1"), "OK");
  });

  it("restores no session that has expired meanwhile", async () => {
    const origin = await new Server(folder, 8, ["enable-debug-command yes"]).start();
    // It keeps what has expired until somebody asks for it, and so does the archive.
    origin.input("debug set-active-expire 0\nset sess:gone 1 px 1\nset sess:there 1\n");
    await folder.run("backup.sh", { SOURCES: origin.host, KEEP: "9" });
    await origin.stop();
    rmSync(folder.at("server-8"), { recursive: true });
    const newest =
      readdirSync(folder.at("backup"))
        .filter((file) => file.endsWith(".rdb"))
        .sort()
        .at(-1) ?? "";
    assert.equal((await restore()).stdout, replacing(40, 1, newest, 1) + restored(1, newest));
    assert.equal(primary.ask("keys", "*"), "sess:there");
  });

  it("restores the archive that ARCHIVE names", async () => {
    put("sessions-20260103T000000Z.rdb", Buffer.from("a newer one"));
    assert.equal((await restore({ ARCHIVE: archive })).status, 0);
    assert.deepEqual(contents(primary), archived);
  });

  it("restores an archive without checksum", async () => {
    rmSync(folder.at(`backup/${archive}.sha256`));
    assert.equal((await restore()).status, 0);
    assert.deepEqual(contents(primary), archived);
  });

  it("waits for an upload and restores it", async () => {
    const running = finished(folder.start("restore.sh", env({ ARCHIVE: "upload" })));
    const received = await folder.run("restore.sh", {}, ["receive", String(bytes.length), sum(bytes)], bytes);
    assert.deepEqual(received, { status: 0, stdout: "", stderr: "" });
    const { status, stdout } = await running;
    assert.deepEqual(
      { status, stdout },
      {
        status: 0,
        stdout: `waiting for the archive\n${replacing(40, 500, "sessions.rdb")}${restored(500, "sessions.rdb")}`,
      },
    );
    assert.deepEqual(contents(primary), archived);
  });

  it("takes no upload that did not arrive whole", async () => {
    const cut = bytes.subarray(0, 100);
    assert.deepEqual(await folder.run("restore.sh", {}, ["receive", String(bytes.length), sum(bytes)], cut), {
      status: 1,
      stdout: "",
      stderr: "restore failed: the upload did not arrive whole: send it again\n",
    });
    assert.equal(readdirSync(folder.at("upload")).includes("sessions.rdb"), false);
  });

  describe("refuses, and changes nothing,", () => {
    const changed = (at: number) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    const version = () => Buffer.concat([Buffer.from("REDIS0099"), bytes.subarray(9)]);
    const damaged = (why: string) => `${archive} is no archive or a damaged one: ${why}`;
    const cases: [title: string, content: () => Buffer, checksum: boolean, message: string | RegExp][] = [
      ["a truncated archive", () => bytes.subarray(0, -9), false, /is no archive or a damaged one: .*Unexpected EOF/],
      ["one with a flipped bit", () => changed(bytes.length / 2), false, /is no archive or a damaged one: /],
      ["one with a flipped bit at its end", () => changed(bytes.length - 1), false, /RDB CRC error/],
      ["an empty one", () => Buffer.alloc(0), false, damaged("[offset 0] Unexpected EOF reading RDB file")],
      [
        "one that is none",
        () => Buffer.from("hello, world\n"),
        false,
        damaged("[offset 9] Wrong signature trying to load DB from file"),
      ],
      [
        "one with another checksum",
        () => bytes,
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
        put(archive, content(), otherChecksum ? sum(Buffer.from("another")) : sum(content()));
        const { status, stdout, stderr } = await restore();
        assert.deepEqual([status, stdout], [1, ""]);
        if (typeof message === "string") assert.equal(stderr, `restore refused: ${message}; nothing was changed\n`);
        else assert.match(stderr, message);
        await untouched();
      });
    }

    it("one whose sessions have all expired", async () => {
      const origin = await new Server(folder, 8).start();
      origin.input("set sess:gone 1 px 200\n");
      await folder.run("backup.sh", { SOURCES: origin.host, KEEP: "9" });
      await eventually("the session to expire", 10, () => Promise.resolve(origin.ask("exists", "sess:gone") === "0"));
      await origin.stop();
      rmSync(folder.at("server-8"), { recursive: true });
      const { status, stderr } = await restore();
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^restore refused: sessions-\S+ holds no session that is still valid \(1 have expired\); nothing was changed\n$/,
      );
      await untouched();
    });

    it("one that needs more memory than redis-0 may use", async () => {
      primary.ask("config", "set", "maxmemory", "1mb");
      const { status, stderr } = await restore();
      assert.equal(status, 1);
      assert.equal(
        stderr,
        `restore refused: ${archive} needs 1 MiB and the store may use 1 MiB: raise store.memory; nothing was changed\n`,
      );
      await untouched();
    });

    it("without an archive, or with the wrong name of one", async () => {
      for (const [name, why] of [
        [
          "sessions-1.rdb",
          "the claim session-store-backup has no archive sessions-1.rdb; see npm run store -- backups",
        ],
        ["../x", "ARCHIVE must be the name of an archive on the claim session-store-backup, got ../x"],
      ] as const) {
        assert.equal((await restore({ ARCHIVE: name })).stderr, `restore refused: ${why}; nothing was changed\n`);
      }
      rmSync(folder.at(`backup/${archive}`));
      assert.equal(
        (await restore()).stderr,
        "restore refused: there is no archive on the claim session-store-backup (is store.backup configured?); nothing was changed\n",
      );
      await untouched();
    });

    it("while redis-0 follows somebody who is there", async () => {
      const other = await new Server(folder, 8).start();
      try {
        primary.ask("config", "set", "masteruser", "admin");
        primary.ask("replicaof", other.host, String(other.port));
        await eventually("redis-0 to follow", 10, () => Promise.resolve(primary.info("master_link_status") === "up"));
        assert.deepEqual(await restore(), {
          status: 1,
          stdout: "",
          stderr: `restore refused: redis-0 follows ${other.host}: another restore or a reseed is under way; nothing was changed\n`,
        });
      } finally {
        await other.stop();
        rmSync(folder.at("server-8"), { recursive: true });
      }
    });

    it("when redis-0 does not answer", async () => {
      await primary.stop();
      const { status, stderr } = await restore();
      assert.equal(status, 1);
      assert.equal(
        stderr,
        `restore refused: redis-0 does not answer (Could not connect to Redis at ${primary.host}:${primary.port}: Connection refused): ` +
          "if it is held, see npm run store -- reseed and override; nothing was changed\n",
      );
    });
  });

  describe("cut off", () => {
    /** Starts a restore and tells it to stop when the condition holds. */
    const stopWhen = async (what: string, look: () => boolean) => {
      const child = folder.start("restore.sh", env());
      const end = finished(child);
      await eventually(what, 20, () => Promise.resolve(look()));
      child.kill("SIGTERM");
      return end;
    };
    /** Sends redis-0 to a port on which nobody listens. */
    const unreachable = (text: string) => text.replace(`replicaof "$1" ${folder.port}`, 'replicaof "$1" 1');
    const stopped = "restore failed: it was told to stop\nredis-0 is the primary again, with 40 sessions (it had 40)\n";
    const oldOnes = async () => {
      assert.equal(primary.info("role"), "master");
      assert.deepEqual(contents(primary), current);
      assert.equal(primary.ask("config", "get", "masteruser"), "masteruser\nreplica");
      await inStep();
      assert.deepEqual(contents(replica), current);
    };

    it("while redis-0 cannot reach the archive's server: it never lost its sessions", async () => {
      folder.add("follow.sh", unreachable);
      const { status, stderr } = await stopWhen("redis-0 to follow", () => primary.info("role") === "slave");
      assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
      assert.equal(primary.info("run_id"), runId);
      await oldOnes();
    });

    it("while redis-0 reads the new sessions: it has the old ones again", async () => {
      primary.ask("config", "set", "key-load-delay", "20000", "loading-process-events-interval-bytes", "1024");
      const { status, stderr } = await stopWhen("redis-0 to load", () => primary.info("loading") === "1");
      assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
      assert.notEqual(primary.info("run_id"), runId);
      await oldOnes();
    });

    it("while redis-0 writes its new files: it has the old sessions again", async () => {
      primary.ask("config", "set", "rdb-key-save-delay", "20000");
      const { status, stderr } = await stopWhen(
        "redis-0 to write",
        () => primary.info("aof_rewrite_in_progress") === "1",
      );
      assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
      await oldOnes();
    });

    it("by a restart of redis-0: it says so, and redis-0 has the old sessions", async () => {
      primary.ask("config", "set", "rdb-key-save-delay", "20000");
      const end = finished(folder.start("restore.sh", env()));
      await eventually("redis-0 to write", 20, () => Promise.resolve(primary.info("aof_rewrite_in_progress") === "1"));
      await primary.crash();
      const { status, stderr } = await end;
      assert.equal(status, 1);
      assert.equal(
        stderr,
        "restore failed: redis-0 started again meanwhile\nredis-0 is the primary again, with 40 sessions (it had 40)\n",
      );
      await oldOnes();
    });

    it("for good: the next run starts redis-0 from its files first", async () => {
      primary.ask("config", "set", "rdb-key-save-delay", "20000");
      const child = folder.start("restore.sh", env());
      const end = finished(child);
      await eventually("redis-0 to write", 20, () => Promise.resolve(primary.info("aof_rewrite_in_progress") === "1"));
      child.kill("SIGKILL");
      process.kill(sourcePid(), "SIGKILL");
      await end;
      const { status, stdout } = await restore();
      assert.deepEqual(
        { status, stdout },
        {
          status: 0,
          stdout: `redis-0 follows ${folder.address(3)}, which is gone: starting it again\n${replacing(40, 500, archive)}${restored(500, archive)}`,
        },
      );
      assert.deepEqual(contents(primary), archived);
    });

    it("by its own time limit: it says what it waited for", async () => {
      folder.add("follow.sh", (text) => unreachable(text).replace("copy_limit=2400", "copy_limit=2"));
      const { status, stderr } = await restore();
      assert.equal(status, 1);
      assert.equal(
        stderr,
        "restore failed: redis-0 did not take the data over within 2 s: loading:0 aof_last_bgrewrite_status:ok " +
          "master_link_status:down\nredis-0 is the primary again, with 40 sessions (it had 40)\n",
      );
      await oldOnes();
    });

    /** The archive's server, which the killed script could not end. */
    function sourcePid(): number {
      const log = readFileSync(folder.at("run/source.log"), "utf8");
      return Number(/^(\d+):M /m.exec(log)?.[1]);
    }
  });
});
