import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { noRedis, password, ScriptFolder, Server } from "./redisServers.ts";
import { sessionCommands } from "../redisContents.ts";

// Real servers, client and checker, of whatever Redis this machine has: that images, claims and the CronJob fit is
// proved by the end-to-end suite (topic backup).

(noRedis === "" ? describe : describe.skip)(`backup.sh${noRedis && ` (skipped: ${noRedis})`}`, () => {
  let folder: ScriptFolder;
  let primary: Server;
  let replica: Server;

  before("a primary with sessions and its replica", async () => {
    folder = new ScriptFolder();
    folder.add("backup.sh");
    primary = await new Server(folder, 1).start();
    replica = await new Server(folder, 2, ["masteruser replica", `masterauth ${password}`]).start();
    primary.input(sessionCommands(100));
  });

  beforeEach(async () => {
    for (const file of archives()) rmSync(folder.at(`backup/${file}`));
    rmSync(folder.at("bin/redis-cli"), { force: true });
    await follow();
  });

  after(async () => {
    await Promise.all([primary, replica].map((server) => server?.stop()));
    folder.remove();
  });

  const archives = () => readdirSync(folder.at("backup")).sort();
  const put = (...names: string[]) => names.forEach((name) => writeFileSync(folder.at(`backup/${name}`), "an archive"));
  const follow = async () => {
    replica.ask("replicaof", primary.host, String(primary.port));
    const { eventually } = await import("../../deploy/eventually.ts");
    await eventually("the replica", 15, () => Promise.resolve(replica.info("master_link_status") === "up"));
  };
  const backup = (keep = 3, sources = [replica.host, primary.host]) =>
    folder.run("backup.sh", { SOURCES: sources.join(" "), KEEP: String(keep) });
  /** Makes the client behave otherwise; \`real\` is the one of this machine. */
  const fakeClient = (text: string) => {
    const real = spawnSync("sh", ["-c", "command -v redis-cli"], { encoding: "utf8" }).stdout.trim();
    writeFileSync(folder.at("bin/redis-cli"), `#!/bin/sh\n${text.replaceAll("$REAL", real)}\n`);
    chmodSync(folder.at("bin/redis-cli"), 0o755);
  };

  it("copies the replica's data into an archive named by the time, with its checksum beside it", async () => {
    const { status, stdout, stderr } = await backup();
    const [archive = "", sum, ...more] = archives();
    assert.match(archive, /^sessions-\d{8}T\d{6}Z\.rdb$/);
    assert.deepEqual([sum, more], [`${archive}.sha256`, []]);
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 0, stdout: `backed up 100 keys of ${replica.host} as ${archive}; archives kept: 1\n`, stderr: "" },
    );
    const check = spawnSync("sha256sum", ["-c", `${archive}.sha256`], { cwd: folder.at("backup"), encoding: "utf8" });
    assert.equal(check.stdout, `${archive}: OK\n`);
    assert.match(
      spawnSync("redis-check-rdb", [folder.at(`backup/${archive}`)], { encoding: "utf8" }).stdout,
      /100 keys read/,
    );
  });

  it("lets nobody else read the archive", async () => {
    await backup();
    assert.deepEqual(
      archives().map((file) => statSync(folder.at(`backup/${file}`)).mode & 0o777),
      [0o600, 0o600],
    );
  });

  it("gives the password by the environment alone", async () => {
    fakeClient(`printf '%s\\n' "$*" >${folder.at("arguments")}\nexec $REAL "$@"`);
    assert.equal((await backup()).status, 0);
    assert.match(
      readFileSync(folder.at("arguments"), "utf8"),
      new RegExp(`^-p ${folder.port} -h ${replica.host} --user backup --no-auth-warning --rdb \\S+\\.part\n$`),
    );
  });

  it("copies the primary when the replica is not in step with it", async () => {
    replica.ask("replicaof", folder.address(9), "1");
    const { status, stdout } = await backup();
    assert.deepEqual(
      { status, stdout },
      { status: 0, stdout: `backed up 100 keys of ${primary.host} as ${archives()[0]}; archives kept: 1\n` },
    );
  });

  it("fails when no member hands its data out, says why of each, and deletes nothing", async () => {
    replica.ask("replicaof", folder.address(9), "1");
    put("sessions-20200101T000000Z.rdb", "sessions-20200102T000000Z.rdb");
    const { status, stdout, stderr } = await backup(1, [replica.host, folder.address(9)]);
    assert.deepEqual(
      { status, stdout, stderr },
      {
        status: 1,
        stdout: "",
        stderr:
          `backup failed: no member of the store hands its data out; ${replica.host}: SYNC with master failed: ` +
          `-NOMASTERLINK Can't SYNC while not connected with my master; ${folder.address(9)}: Could not connect to ` +
          `Redis at ${folder.address(9)}:${folder.port}: Connection refused; older archives are untouched\n`,
      },
    );
    assert.deepEqual(archives(), ["sessions-20200101T000000Z.rdb", "sessions-20200102T000000Z.rdb"]);
  });

  it("keeps no copy that is damaged, and no older archive is deleted for it", async () => {
    put("sessions-20200101T000000Z.rdb");
    fakeClient(`for file; do :; done\n$REAL "$@" && truncate -s -20 "$file"`);
    const { status, stderr } = await backup(1);
    assert.equal(status, 1);
    assert.match(
      stderr,
      new RegExp(`^backup failed: the copy from ${replica.host} is damaged: .*EOF.*; older archives are untouched\n$`),
    );
    assert.deepEqual(archives(), ["sessions-20200101T000000Z.rdb"]);
  });

  it("keeps the newest archives, as many as KEEP says, and deletes the others with their checksums", async () => {
    const old = ["1", "2", "3"].map((day) => `sessions-2020010${day}T000000Z.rdb`);
    put(...old, ...old.map((name) => `${name}.sha256`), "notes.txt");
    assert.match((await backup(3)).stdout, /; archives kept: 3\n$/);
    assert.deepEqual(archives().slice(0, 5), ["notes.txt", old[1], `${old[1]}.sha256`, old[2], `${old[2]}.sha256`]);
    assert.equal(archives().length, 7);
  });

  it("keeps the archive just made, even if others seem to be newer", async () => {
    put("sessions-29990101T000000Z.rdb");
    const { stdout } = await backup(1);
    const [archive] = archives();
    assert.equal(stdout, `backed up 100 keys of ${replica.host} as ${archive}; archives kept: 1\n`);
    assert.deepEqual(archives(), [archive, `${archive}.sha256`]);
  });

  it("deletes no archive for one of an emptied store", async () => {
    const empty = await new Server(folder, 3).start();
    try {
      put("sessions-20200101T000000Z.rdb");
      const { status, stdout } = await backup(1, [empty.host]);
      const name = archives()[1];
      assert.deepEqual(
        { status, stdout },
        {
          status: 0,
          stdout: `backed up an empty store (${empty.host}) as ${name}: no older archive was deleted for it\n`,
        },
      );
      assert.deepEqual(archives(), ["sessions-20200101T000000Z.rdb", name, `${name}.sha256`]);
    } finally {
      await empty.stop();
      rmSync(folder.at("server-3"), { recursive: true });
    }
  });

  it("removes what killed runs left, but not what another run may be writing", async () => {
    const left = [".sessions-20200101T000000Z.rdb.9.part", ".sessions-20200101T000000Z.rdb.9.part.sha256"];
    const orphan = "sessions-20200101T000000Z.rdb.sha256";
    const young = [".sessions-20200102T000000Z.rdb.9.part", "sessions-20200102T000000Z.rdb.sha256"];
    put(...left, orphan, ...young);
    const longAgo = Date.now() / 1000 - 3660;
    for (const file of [...left, orphan]) utimesSync(folder.at(`backup/${file}`), longAgo, longAgo);
    assert.equal((await backup()).status, 0);
    const remaining = archives();
    assert.deepEqual(remaining.slice(0, 2), young);
    assert.equal(remaining.length, 4);
  });
});
