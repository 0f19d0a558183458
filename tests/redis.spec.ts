import assert from "node:assert/strict";
import fc from "fast-check";
import { redisConf, type RedisConf } from "../components/redis/conf.ts";
import * as names from "../components/redis/names.ts";
import { nastyPassword } from "./mocks.ts";

// That a server accepts the directives is proved by tests/redisStart.spec.ts, those of TLS by the end-to-end suite.

describe("names of the store", () => {
  it("are what clients and runbooks rely on", () => {
    assert.equal(names.port, 6379);
    assert.equal(names.statefulSet, "redis");
    assert.equal(names.primaryService, "redis-master");
    assert.equal(names.readService, "redis-read");
    assert.equal(names.secret, "session-store");
    assert.equal(names.usersSecret, "session-store-users");
    assert.equal(names.backup, "session-store-backup");
    assert.equal(names.restore, "session-store-restore");
    assert.equal(names.primaryHost("shop"), "redis-0.redis.shop.svc");
    assert.equal(names.memberHost("shop", 2), "redis-2.redis.shop.svc");
    assert.equal(names.clientHost("shop"), "redis-master.shop.svc");
    assert.equal(names.claim(1), "data-redis-1");
  });

  it("have a user for each purpose, whose password's key has the version", () => {
    assert.deepEqual(names.users, ["admin", "app", "replica", "backup", "metrics"]);
    assert.equal(names.passwordKey("app", 2), "app-2");
  });

  it("pin the default images", () => {
    assert.equal(names.redisImage("valkey"), "docker.io/valkey/valkey:8.1.10");
    assert.equal(names.redisImage("redis"), "docker.io/library/redis:8.0.6");
  });

  for (const [tls, scheme] of [
    [false, "redis"],
    [true, "rediss"],
  ] as const) {
    it(`percent-encode the password in the URL of ${scheme}`, () => {
      assert.equal(
        names.storeUrl(nastyPassword, { namespace: "shop", tls }),
        `${scheme}://app:p%40ss%2Fw%3Ard%3F%23%25%26%2B%20%C3%BC@redis-master.shop.svc:6379/0`,
      );
    });

    it(`give every password back from the URL of ${scheme}`, () => {
      fc.assert(
        fc.property(fc.string({ unit: "grapheme" }), (password) => {
          const url = new URL(names.storeUrl(password, { namespace: "shop", tls }));
          assert.equal(decodeURIComponent(url.password), password);
          assert.deepEqual(
            [url.protocol, url.username, url.host, url.pathname, url.search, url.hash],
            [`${scheme}:`, "app", "redis-master.shop.svc:6379", "/0", "", ""],
          );
        }),
      );
    });
  }
});

describe("redis.conf", () => {
  const common: RedisConf = { durability: "always", eviction: "noeviction", memory: "256Mi", tls: false };
  const lines = (changes: Partial<RedisConf>) => redisConf({ ...common, ...changes }).split("\n");

  const afterPort = [
    "dir /data",
    "appendonly yes",
    "appendfsync always",
    "no-appendfsync-on-rewrite no",
    "aof-load-truncated no",
    'save ""',
    "maxmemory 161061273",
    "maxmemory-policy noeviction",
    "repl-diskless-sync-delay 0",
    "repl-timeout 10",
    "repl-ping-replica-period 3",
    "shutdown-timeout 10",
    "shutdown-on-sigterm force",
    "tcp-keepalive 60",
    "",
  ];

  it("writes every acknowledged change to the append-only file, and nothing else", () => {
    assert.deepEqual(lines({}), ["port 6379", ...afterPort]);
  });

  it("with TLS has no other port, and asks nobody for a certificate", () => {
    assert.deepEqual(lines({ tls: true }), [
      "port 0",
      "tls-port 6379",
      "tls-cert-file /etc/session-store-tls/tls.crt",
      "tls-key-file /etc/session-store-tls/tls.key",
      "tls-ca-cert-file /etc/session-store-tls/ca.crt",
      "tls-auth-clients no",
      "tls-replication yes",
      ...afterPort,
    ]);
  });

  it("follows durability, eviction and memory", () => {
    const conf = lines({ durability: "everysec", eviction: "volatile-ttl", memory: "1G" });
    assert.deepEqual(
      conf.filter((line) => !["port 6379", ...afterPort].includes(line)),
      ["appendfsync everysec", "maxmemory 600000000", "maxmemory-policy volatile-ttl"],
    );
  });
});
