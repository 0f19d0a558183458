import assert from "node:assert/strict";
import { read, refuses } from "./configs.ts";

// Whether the image holds the engine is not known here.

const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const quantity = 'must be a quantity of memory or storage such as "256Mi" or "1Gi"';
const room = (size: string, memory: string) =>
  `must be at least ${size}: three times maxmemory, which is 60 % of memory ${memory} (an AOF rewrite needs room)`;

const prefix = 'must be 1 to 64 letters, digits and : _ . - { }, such as "sess:"';
const daily = "0 4 * * *";
const schedule =
  'must be a schedule of five fields with one space between them (minute, hour, day, month, weekday), such as "30 3 * * *"';
const redisKeys =
  "kind, engine, image, replicas, durability, memory, size, eviction, keyPrefix, corruptTail, tls, backup, metrics";
const foreign = `is not a key of kind redis; allowed: ${redisKeys}`;

describe("configuration of the store", () => {
  it("takes every key", async () => {
    const store = {
      kind: "redis",
      engine: "redis",
      image: "docker.io/library/redis:8.0.6",
      replicas: 5,
      durability: "everysec",
      memory: "1G",
      size: "1800M",
      eviction: "volatile-ttl",
      keyPrefix: "{shop}:Sess-1_.",
      corruptTail: "refuse",
      tls: { secretName: "store-tls" },
      backup: { schedule: "30 3 * * *", keep: 100, size: "5Gi" },
      metrics: { image: "registry.example/exporter:1" },
    };
    assert.deepEqual((await read({ store })).store, store);
  });

  it("takes the least that works: one pod, 16Mi and a volume of three times maxmemory", async () => {
    const { store } = await read({ store: { replicas: 0, memory: "16Mi", size: "29Mi" } });
    assert.ok(store.kind === "redis");
    assert.deepEqual([store.replicas, store.memory, store.size], [0, "16Mi", "29Mi"]);
  });

  it("fills in the defaults of a backup, whose claim is as large as the store's, and of metrics", async () => {
    const { store } = await read({ store: { size: "3Gi", backup: { schedule: "0 4 * * *" }, metrics: {} } });
    assert.ok(store.kind === "redis");
    assert.deepEqual(store.backup, { schedule: "0 4 * * *", keep: 7, size: "3Gi" });
    assert.deepEqual(store.metrics, { image: "docker.io/oliver006/redis_exporter:v1.88.0" });
  });

  it("takes a backup of a store without replicas", async () => {
    const { store } = await read({ store: { replicas: 0, backup: { schedule: "0 4 * * *" } } });
    assert.ok(store.kind === "redis" && store.backup !== null);
  });

  refuses("store", [
    [{ kind: "mongo" }, '.kind must be redis, memcached, external or none, got "mongo"'],
    [{ kind: null }, ".kind must be redis, memcached, external or none, got null"],
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
    [{ keyPrefix: "" }, `.keyPrefix ${prefix}, got ""`],
    [{ keyPrefix: "sess:*" }, `.keyPrefix ${prefix}, got "sess:*"`],
    [{ keyPrefix: "[ab]" }, `.keyPrefix ${prefix}, got "[ab]"`],
    [{ keyPrefix: "a b" }, `.keyPrefix ${prefix}, got "a b"`],
    [{ keyPrefix: "s".repeat(65) }, `.keyPrefix ${prefix}, got "${"s".repeat(65)}"`],
    [{ keyPrefix: 7 }, `.keyPrefix ${prefix}, got 7`],
    [{ corruptTail: "ignore" }, '.corruptTail must be repair or refuse, got "ignore"'],
    [{ tls: true }, ".tls must be an object (keys: secretName), got true"],
    [{ tls: {} }, ".tls.secretName is missing: it must be a DNS name in lower case"],
    [{ tls: { secretName: "TLS" } }, '.tls.secretName must be a DNS name in lower case, got "TLS"'],
    [{ tls: { secretName: "a", ca: "b" } }, ".tls.ca is not a known key; allowed: secretName"],
    [{ metrics: { image: "Exporter" } }, `.metrics.image ${image}, got "Exporter"`],
    [{ metrics: true }, ".metrics must be an object (keys: image), got true"],
    [{ backup: {} }, `.backup.schedule is missing: it ${schedule}`],
    [{ backup: "daily" }, '.backup must be an object (keys: schedule, keep, size), got "daily"'],
    [{ backup: { schedule: daily, keep: 0 } }, ".backup.keep must be a whole number from 1 to 100, got 0"],
    [{ backup: { schedule: daily, keep: 101 } }, ".backup.keep must be a whole number from 1 to 100, got 101"],
    [{ backup: { schedule: daily, size: "1 Gi" } }, `.backup.size ${quantity}, got "1 Gi"`],
    [{ external: { secretName: "x" } }, `.external ${foreign}`],
    [{ kind: "redis", external: null }, `.external ${foreign}`],
    [{ ttl: 5 }, `.ttl ${foreign}`],
  ]);
});

describe("configuration of the backup's schedule", () => {
  const taken = ["0 4 * * *", "*/15 0-6,22 1,15 JAN-mar,12 Sun,3-5", "59 23 31 12 6", "5/10 * * * *", "0-30/5 1 1 1 0"];
  for (const given of taken) {
    it(`takes ${given}`, async () => {
      const { store } = await read({ store: { backup: { schedule: given } } });
      assert.ok(store.kind === "redis");
      assert.equal(store.backup?.schedule, given);
    });
  }

  const parts = "as *, a number, a range a-b, a step /n or a list of these";
  const wrong = (what: string, range: string, part: string) =>
    `must have a ${what} from ${range}, ${parts}, not "${part}"`;
  const refused: [schedule: unknown, ...messages: string[]][] = [
    ["", schedule],
    ["@daily", schedule],
    ["0 4 * *", schedule],
    ["0 0 4 * * *", schedule],
    ["0  4 * * *", schedule],
    ["TZ=UTC 0 4 * * *", schedule],
    [5, schedule],
    ["60 4 * * *", wrong("minute", "0 to 59", "60")],
    ["-1 4 * * *", wrong("minute", "0 to 59", "-1")],
    ["x 4 * * *", wrong("minute", "0 to 59", "x")],
    ["1, 4 * * *", wrong("minute", "0 to 59", "1,")],
    ["*/0 4 * * *", wrong("minute", "0 to 59", "*/0")],
    ["*/ 4 * * *", wrong("minute", "0 to 59", "*/")],
    ["30-5 4 * * *", wrong("minute", "0 to 59", "30-5")],
    ["1-2-3 4 * * *", wrong("minute", "0 to 59", "1-2-3")],
    ["0 24 * * *", wrong("hour", "0 to 23", "24")],
    ["0 4 0 * *", wrong("day of month", "1 to 31", "0")],
    ["0 4 32 * *", wrong("day of month", "1 to 31", "32")],
    ["0 4 * 13 *", wrong("month", "1 to 12", "13")],
    ["0 4 * sun *", wrong("month", "1 to 12", "sun")],
    ["0 4 * * 7", wrong("day of week", "0 to 6", "7")],
    ["60 24 * * *", wrong("minute", "0 to 59", "60"), wrong("hour", "0 to 23", "24")],
  ];
  refuses(
    "store",
    refused.map(([given, ...messages]) => [
      { backup: { schedule: given } },
      ...messages.map((message) => `.backup.schedule ${message}, got ${JSON.stringify(given)}`),
    ]),
  );
});
