import assert from "node:assert/strict";
import fc from "fast-check";
import { redisConf } from "../components/redis/conf.ts";
import * as names from "../components/redis/names.ts";
import { nastyPassword } from "./mocks.ts";

// That a server accepts the directives is proved by the end-to-end suite.

describe("names of the store", () => {
  it("are what clients and runbooks rely on", () => {
    assert.equal(names.statefulSet, "redis");
    assert.equal(names.primaryService, "redis-master");
    assert.equal(names.readService, "redis-read");
    assert.equal(names.secret, "session-store");
    assert.equal(names.primaryHost("shop"), "redis-0.redis.shop.svc");
    assert.equal(names.clientHost("shop"), "redis-master.shop.svc");
    assert.equal(names.claim(1), "data-redis-1");
  });

  it("pin the default images", () => {
    assert.equal(names.redisImage("valkey"), "docker.io/valkey/valkey:8.1.4");
    assert.equal(names.redisImage("redis"), "docker.io/library/redis:8.0.5");
  });

  it("percent-encode the password in the URL", () => {
    assert.equal(
      names.storeUrl(nastyPassword, "shop"),
      "redis://default:p%40ss%2Fw%3Ard%3F%23%25%26%2B%20%C3%BC@redis-master.shop.svc:6379/0",
    );
  });

  it("give every password back from the URL", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (password) => {
        const url = new URL(names.storeUrl(password, "shop"));
        assert.equal(decodeURIComponent(url.password), password);
        assert.deepEqual(
          [url.protocol, url.username, url.host, url.pathname, url.search, url.hash],
          ["redis:", "default", "redis-master.shop.svc:6379", "/0", "", ""],
        );
      }),
    );
  });
});

describe("redis.conf", () => {
  const lines = (conf: Parameters<typeof redisConf>[0]) => redisConf(conf).split("\n");

  it("writes every acknowledged change to the append-only file, and nothing else", () => {
    assert.deepEqual(lines({ durability: "always", eviction: "noeviction", memory: "256Mi" }), [
      "port 6379",
      "dir /data",
      "appendonly yes",
      "appendfsync always",
      "no-appendfsync-on-rewrite no",
      'save ""',
      "maxmemory 161061273",
      "maxmemory-policy noeviction",
      "repl-diskless-sync-delay 0",
      "repl-timeout 10",
      "repl-ping-replica-period 3",
      "shutdown-timeout 10",
      "tcp-keepalive 60",
      "",
    ]);
  });

  it("follows durability, eviction and memory", () => {
    const conf = lines({ durability: "everysec", eviction: "volatile-ttl", memory: "1G" });
    assert.deepEqual(conf.slice(3, 4), ["appendfsync everysec"]);
    assert.deepEqual(conf.slice(6, 8), ["maxmemory 600000000", "maxmemory-policy volatile-ttl"]);
  });
});
