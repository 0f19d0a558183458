import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../deploy/eventually.ts";
import { nastyPassword } from "./mocks.ts";
import { Members, noServers, type Member } from "./redisMembers.ts";

// Real servers of Debian's redis-server run by the real scripts, as processes. That it is the same with the images'
// servers, in pods and on NFS is proved by the end-to-end suite.

(noServers === "" ? describe : describe.skip)(`a store's members${noServers && ` (skipped: ${noServers})`}`, () => {
  let members: Members;
  beforeEach(() => {
    members = new Members();
  });
  afterEach(() => members.remove());

  const started = (ordinal: number) => members.add(ordinal).start();
  const loaded = (member: Member) =>
    eventually("the server to have loaded", 10, () => Promise.resolve(member.file("engine") !== undefined));

  /** Primary and replica, in step, with a session. */
  async function pair(): Promise<[Member, Member]> {
    const primary = await started(0);
    const replica = await started(1);
    assert.equal(primary.ask("set", "sess:jack", "here"), "OK");
    await eventually("the replica to have it", 10, () => Promise.resolve(replica.ask("dbsize") === "1"));
    // What a replica was sent at once is on its volume when its first append-only file is written, not before.
    await eventually("the replica to have it on its volume", 10, () =>
      Promise.resolve(replica.ask("info", "persistence").includes("aof_rewrite_in_progress:0")),
    );
    return [primary, replica];
  }

  /** Takes the primary's volume away and starts it again. */
  async function loseVolume(primary: Member) {
    await primary.kill();
    for (const name of readdirSync(primary.data)) rmSync(join(primary.data, name), { recursive: true });
    primary.launch();
  }

  it("notes whose volume it is, its data set and the engine that wrote it", async () => {
    const primary = await started(0);
    await loaded(primary);
    assert.equal(primary.file("owner"), "shop/redis-0");
    assert.match(primary.file("dataset") ?? "", /^[0-9a-f]{16}$/);
    assert.match(primary.file("engine") ?? "", /^redis \d+\.\d+$/);
    assert.equal(existsSync(join(primary.data, "starting")), false);
  });

  it("is the server itself, so that signals reach it, and shows no password in the process list", async () => {
    const primary = await started(0);
    assert.match(primary.commandLine.join(" ").trimEnd(), /^redis-server 127\.\S+:\d+$/);
    assert.equal(await primary.stop(), 0);
    assert.match(primary.log, /User requested shutdown/);
  });

  it("keeps passwords in files that only its user can read, and off the volume", async () => {
    const primary = await started(0);
    const conf = join(primary.data, "..", "0", "run", "redis.conf");
    assert.equal(statSync(conf).mode & 0o777, 0o600);
    const onVolume = readdirSync(primary.data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    assert.equal(onVolume.join().includes("Secret1"), false);
    assert.equal(primary.log.includes("Secret1"), false);
  });

  it("quotes the password that redis.conf has, whatever is in it", async () => {
    const nasty = `${nastyPassword} "\\$x\`'&`;
    const [primary, replica] = [members.add(0), members.add(1)];
    for (const member of [primary, replica]) member.secret("replica-1", nasty);
    await primary.start();
    await replica.start();
    assert.match(primary.ask("info", "replication"), /state=online/);
  });

  for (const [title, missing] of [
    ["passwords", "secrets/admin-1"],
    ["configuration", "etc/redis.conf"],
  ] as const) {
    it(`starts no server without its ${title}`, async () => {
      const primary = members.add(0);
      primary.without(missing);
      assert.notEqual(await primary.launch().ended(), 0);
      assert.match(primary.log, new RegExp(`${missing}: No such file`));
      assert.equal(existsSync(join(primary.data, "appendonlydir")), false);
    });
  }

  describe("users", () => {
    const app = (member: Member, ...command: string[]) => member.askAs("app", "appSecret1", ...command);

    it("let nobody in without one", async () => {
      const primary = await started(0);
      assert.equal(primary.askAs("", "", "get", "sess:1"), "NOAUTH Authentication required.");
      assert.match(primary.askAs("default", "appSecret1", "ping"), /WRONGPASS/);
    });

    it("give the application its own keys and what session libraries use", async () => {
      const primary = await started(0);
      const commands = [
        ["set", "sess:1", "x", "EX", "60"],
        ["setex", "sess:1", "60", "x"],
        ["get", "sess:1"],
        ["mget", "sess:1", "sess:2"],
        ["expire", "sess:1", "60"],
        ["pttl", "sess:1"],
        ["hset", "sess:h", "a", "1"],
        ["hgetall", "sess:h"],
        ["sadd", "sess:s", "1"],
        ["zadd", "sess:z", "1", "a"],
        ["publish", "sess:c", "x"],
        ["eval", "return redis.call('del', KEYS[1])", "1", "sess:1"],
        ["multi"],
        ["client", "setname", "shop"],
        ["info", "persistence"],
        ["rename", "sess:h", "sess:i"],
        ["unlink", "sess:i"],
      ];
      for (const command of commands) assert.doesNotMatch(app(primary, ...command), /NOPERM|^ERR/, command.join(" "));
    });

    it("keep it from others' keys, others' names and the server's settings", async () => {
      const primary = await started(0);
      const commands = [
        ["get", "other:1"],
        ["set", "sess", "x"],
        ["rename", "sess:1", "other:1"],
        ["eval", "return redis.call('get', 'other:1')", "1", "sess:1"],
        ["publish", "other", "x"],
        ["keys", "sess:*"],
        ["scan", "0"],
        ["randomkey"],
        ["dbsize"],
        ["flushall"],
        ["flushdb"],
        ["config", "get", "requirepass"],
        ["acl", "list"],
        ["shutdown"],
        ["replicaof", "no", "one"],
        ["client", "list"],
        ["monitor"],
        ["sync"],
      ];
      for (const command of commands)
        assert.match(app(primary, ...command), /NOPERM|can't access|No permission/i, command.join(" "));
    });

    it("give backup, metrics and replication no key", async () => {
      const primary = await started(0);
      for (const user of ["backup", "metrics", `replica-${primary.file("dataset")}`]) {
        const password = `${user.split("-")[0]}Secret1`;
        assert.equal(primary.askAs(user, password, "ping"), "PONG", user);
        assert.match(primary.askAs(user, password, "get", "sess:1"), /NOPERM/, user);
        assert.match(primary.askAs(user, password, "set", "sess:1", "x"), /NOPERM/, user);
      }
      assert.match(primary.askAs("metrics", "metricsSecret1", "info", "memory"), /used_memory/);
      assert.match(primary.askAs("metrics", "metricsSecret1", "config", "get", "*"), /NOPERM/);
    });
  });

  describe("the data set", () => {
    it("is the same on primary and replica, and stays over restarts in any order", async () => {
      const [primary, replica] = await pair();
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
      const [primary, replica] = await pair();
      await loseVolume(primary);
      await primary.held("this volume is empty and redis-1 holds 1 keys: run npm run store -- reseed");
      assert.equal(primary.script("live.sh").status, 0);
      assert.equal(replica.ask("get", "sess:jack"), "here");
    });

    it("keeps a replica's data from a primary that was told to begin anew, until it is given up", async () => {
      const [primary, replica] = await pair();
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
      const [primary, replica] = await pair();
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
      const primary = await started(0);
      const replica = await started(1);
      await replica.stop();
      await loseVolume(primary);
      await eventually("the primary", 10, () => Promise.resolve(primary.ready() === ""));
      await replica.start();
      assert.equal(replica.file("dataset"), primary.file("dataset"));
    });

    it("is waited for by a new replica as long as the primary is away", async () => {
      const replica = members.add(1).launch();
      await replica.held("the primary does not answer, which knows the data set's id");
      await started(0);
      await eventually("the replica", 15, () => Promise.resolve(replica.ready() === ""));
    });

    it("is not the primary's to adopt", async () => {
      const primary = await started(0);
      assert.deepEqual(primary.script("adopt.sh"), { status: 1, text: "redis-0 is the primary: it follows nobody" });
    });
  });

  describe("changed passwords", () => {
    it("are loaded without a restart: both accepted, then the new one alone, and replication goes on", async () => {
      const [primary, replica] = await pair();
      const accepts = (member: Member, version: number) =>
        member.askAs("app", `appSecret${version}`, "ping") === "PONG";
      const both = [primary, replica];
      const change = async (versions: number[], done: (member: Member) => boolean) => {
        for (const member of both) member.passwords(versions);
        await eventually("the servers to load them", 15, () => Promise.resolve(both.every(done)));
        for (const member of both) assert.equal(member.ready(), "");
      };
      const started = primary.ask("info", "server");
      await change([1, 2], (member) => accepts(member, 1) && accepts(member, 2));
      await change([2, 1], (member) => member.ask("config", "get", "masterauth").endsWith("replicaSecret2"));
      await change([2], (member) => !accepts(member, 1) && accepts(member, 2));
      assert.equal(/run_id:(\w+)/.exec(primary.ask("info", "server"))?.[1], /run_id:(\w+)/.exec(started)?.[1]);

      await replica.stop();
      await replica.start();
      assert.equal(replica.ask("get", "sess:jack"), "here");
    });
  });
});
