import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../deploy/eventually.ts";
import { nastyPassword } from "../mocks.ts";
import type { Member } from "./redisMember.ts";
import { together } from "./redisTogether.ts";

together("a store's member", (store) => {
  it("notes whose volume it is, its data set and the engine that wrote it", async () => {
    const primary = await store.started(0);
    await primary.loaded();
    assert.equal(primary.file("owner"), "shop/redis-0");
    assert.match(primary.file("dataset") ?? "", /^[0-9a-f]{16}$/);
    assert.match(primary.file("engine") ?? "", /^redis \d+\.\d+$/);
    assert.equal(existsSync(join(primary.data, "starting")), false);
  });

  it("is the server itself, so that signals reach it, and shows no password in the process list", async () => {
    const primary = await store.started(0);
    assert.match(primary.commandLine.join(" ").trimEnd(), /^redis-server 127\.\S+:\d+$/);
    assert.equal(await primary.stop(), 0);
    assert.match(primary.log, /User requested shutdown/);
  });

  it("keeps passwords in files that only its user can read, and off the volume", async () => {
    const primary = await store.started(0);
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
    const [primary, replica] = [store.members.add(0), store.members.add(1)];
    for (const member of [primary, replica]) member.secret("replica-1", nasty);
    await primary.start();
    await replica.start();
    assert.match(primary.ask("info", "replication"), /state=online/);
  });

  for (const [title, missing] of [
    ["passwords", "secrets/..1/admin-1"],
    ["configuration", "etc/redis.conf"],
  ] as const) {
    it(`starts no server without its ${title}`, async () => {
      const primary = store.members.add(0);
      primary.without(missing);
      assert.notEqual(await primary.launch().ended(), 0);
      assert.match(primary.log, new RegExp(`${missing}: No such file`));
      assert.equal(existsSync(join(primary.data, "appendonlydir")), false);
    });
  }

  describe("changed passwords", () => {
    it("are loaded without a restart: both accepted, then the new one alone, and replication goes on", async () => {
      const [primary, replica] = await store.pair();
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

    it("are read again when they change while they are read: no half of them counts, nobody is locked out", async () => {
      const primary = store.members.add(0);
      const go = join(primary.data, "..", "go");
      // The first command that reads a password out of its file meets the change.
      const tr = `[ ! -e ${go} ] || (rm ${go} && ${primary.commandForPasswords([3])})\nexec /usr/bin/tr "$@"`;
      primary.env.PATH = `${primary.program("tr", tr)}:${process.env.PATH}`;
      await primary.start();
      writeFileSync(go, "");
      primary.passwords([1, 2]);
      const accepts = (password: string) => primary.askAs("app", password, "ping") === "PONG";
      await eventually("the server to load the last", 15, () => Promise.resolve(accepts("appSecret3")));
      assert.equal(existsSync(go), false);
      assert.equal(primary.log.match(/loaded changed passwords/g)?.length, 1);
      assert.deepEqual(["appSecret1", "appSecret2"].map(accepts), [false, false]);
      await eventually("it to be ready", 5, () => Promise.resolve(primary.ready() === ""));
      assert.equal(primary.ask("acl", "getuser", "admin").match(/^[0-9a-f]{64}$/gm)?.length, 1);
    });
  });
});
