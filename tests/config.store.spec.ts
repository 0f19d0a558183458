import assert from "node:assert/strict";
import { read, refuses } from "./configs.ts";

// Whether the image holds the engine is not known here.

const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const quantity = 'must be a quantity of memory or storage such as "256Mi" or "1Gi"';
const room = (size: string, memory: string) =>
  `must be at least ${size}: three times maxmemory, which is 60 % of memory ${memory} (an AOF rewrite needs room)`;

describe("configuration of the store", () => {
  it("takes every key", async () => {
    const store = {
      kind: "redis",
      engine: "redis",
      image: "docker.io/library/redis:8.0.5",
      replicas: 5,
      durability: "everysec",
      memory: "1G",
      size: "1800M",
      eviction: "volatile-ttl",
    };
    assert.deepEqual((await read({ store })).store, store);
  });

  it("takes the least that works: one pod, 16Mi and a volume of three times maxmemory", async () => {
    const { store } = await read({ store: { replicas: 0, memory: "16Mi", size: "29Mi" } });
    assert.ok(store.kind === "redis");
    assert.deepEqual([store.replicas, store.memory, store.size], [0, "16Mi", "29Mi"]);
  });

  refuses("store", [
    [{ kind: "memcached" }, '.kind must be redis (memcached is not yet supported), got "memcached"'],
    [{ kind: "external" }, '.kind must be redis (external is not yet supported), got "external"'],
    [{ kind: "none" }, '.kind must be redis (none is not yet supported), got "none"'],
    [{ kind: "mongo" }, '.kind must be redis, got "mongo"'],
    [{ engine: "keydb" }, '.engine must be valkey or redis, got "keydb"'],
    [{ image: "" }, `.image ${image}, got ""`],
    [{ image: "ghcr.io/Acme/valkey:8" }, `.image ${image}, got "ghcr.io/Acme/valkey:8"`],
    [{ image: "valkey:8:1" }, `.image ${image}, got "valkey:8:1"`],
    [{ image: `valkey:${"8".repeat(129)}` }, `.image ${image}, got "valkey:${"8".repeat(129)}"`],
    [{ image: "valkey@sha256:12" }, `.image ${image}, got "valkey@sha256:12"`],
    [{ replicas: -1 }, ".replicas must be a whole number from 0 to 5, got -1"],
    [{ replicas: 6 }, ".replicas must be a whole number from 0 to 5, got 6"],
    [{ replicas: 1.5 }, ".replicas must be a whole number from 0 to 5, got 1.5"],
    [{ replicas: "2" }, '.replicas must be a whole number from 0 to 5, got "2"'],
    [{ replicas: 1e20 }, ".replicas must be a whole number from 0 to 5, got 100000000000000000000"],
    [{ durability: "no" }, '.durability must be always or everysec, got "no"'],
    [{ memory: "256" }, '.memory must be at least 16Mi, got "256"'],
    [{ memory: "15Mi" }, '.memory must be at least 16Mi, got "15Mi"'],
    [{ memory: "0" }, `.memory ${quantity}, got "0"`],
    [{ memory: "256MB" }, `.memory ${quantity}, got "256MB"`],
    [{ memory: 268435456 }, `.memory ${quantity}, got 268435456`],
    [{ size: "1 Gi" }, `.size ${quantity}, got "1 Gi"`],
    [{ size: "460Mi" }, `.size ${room("461Mi", "256Mi")}, got "460Mi"`],
    [{ memory: "1Gi" }, `.size ${room("1844Mi", "1Gi")}, got "1Gi"`],
    [{ memory: "16Mi", size: "28Mi" }, `.size ${room("29Mi", "16Mi")}, got "28Mi"`],
    [{ eviction: "allkeys-lru" }, '.eviction must be noeviction or volatile-ttl, got "allkeys-lru"'],
    [{ external: { secretName: "x" } }, ".external is not yet supported; remove it"],
    [{ external: null }, ".external is not yet supported; remove it"],
    [
      { tls: true },
      ".tls is not a known key; allowed: kind, engine, image, replicas, durability, memory, size, eviction",
    ],
  ]);
});
