import assert from "node:assert/strict";
import type { Member } from "./redisMember.ts";
import { together } from "./redisTogether.ts";

together("the users of a store's member", (store) => {
  const app = (member: Member, ...command: string[]) => member.askAs("app", "appSecret1", ...command);

  it("let nobody in without one", async () => {
    const primary = await store.started(0);
    assert.equal(primary.askAs("", "", "get", "sess:1"), "NOAUTH Authentication required.");
    assert.match(primary.askAs("default", "appSecret1", "ping"), /WRONGPASS/);
  });

  it("give the application its own keys and what session libraries use", async () => {
    const primary = await store.started(0);
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
      ["select", "0"],
      ["client", "setname", "shop"],
      ["info", "persistence"],
      ["rename", "sess:h", "sess:i"],
      ["unlink", "sess:i"],
    ];
    for (const command of commands) assert.doesNotMatch(app(primary, ...command), /NOPERM|^ERR/, command.join(" "));
  });

  it("keep it from others' keys, others' names and the server's settings", async () => {
    const primary = await store.started(0);
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
      ["select", "1"],
    ];
    for (const command of commands)
      assert.match(app(primary, ...command), /NOPERM|can't access|No permission/i, command.join(" "));
  });

  it("give backup, metrics and replication no key", async () => {
    const primary = await store.started(0);
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
