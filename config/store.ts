import { z } from "zod";
import { cronSchedule } from "./cron.ts";
import {
  dnsName,
  flag,
  imageReference,
  memoryQuantity,
  object,
  oneOf,
  oneOfThe,
  secretEntry,
  text,
  wholeNumber,
} from "./fields.ts";
import { maxmemoryBytes, parseBytes } from "./quantity.ts";

/** Where the sessions are kept. */

/** 60 % of 16Mi. An empty server takes some of it, and a maxmemory of 0 would mean no limit at all. */
const smallestMaxmemory = maxmemoryBytes("16Mi");

/** Start of every key that the application may touch, in the server's access list: a glob there would open more. */
const keyPrefix = () => text(/^[\w:.{}-]{1,64}$/, 'must be 1 to 64 letters, digits and : _ . - { }, such as "sess:"');

const redis = object({
  kind: z.literal("redis").default("redis"),
  engine: oneOf(["valkey", "redis"]).default("valkey"),
  image: imageReference().optional(),
  replicas: wholeNumber(0, 5).default(2),
  durability: oneOf(["always", "everysec"]).default("always"),
  memory: memoryQuantity()
    .refine((memory) => maxmemoryBytes(memory) >= smallestMaxmemory, "must be at least 16Mi")
    .default("256Mi"),
  size: memoryQuantity().default("1Gi"),
  eviction: oneOf(["noeviction", "volatile-ttl"]).default("noeviction"),
  keyPrefix: keyPrefix().default("sess:"),
  corruptTail: oneOf(["repair", "refuse"]).default("repair"),
  tls: object({ secretName: dnsName() }).nullable().default(null),
  backup: object({
    schedule: cronSchedule(),
    keep: wholeNumber(1, 100).default(7),
    size: memoryQuantity().optional(),
  })
    .nullable()
    .default(null),
  metrics: object({ image: imageReference().default("docker.io/oliver006/redis_exporter:v1.88.0") })
    .nullable()
    .default(null),
});

/** Connections, threads and the hash table take a good 10Mi of it before the first item. */
const smallestMemcached = 2 ** 25;

const memcached = object({
  kind: z.literal("memcached"),
  image: imageReference().default("docker.io/library/memcached:1.6.38"),
  memory: memoryQuantity()
    .refine((memory) => (parseBytes(memory) ?? 0) >= smallestMemcached, "must be at least 32Mi")
    .default("64Mi"),
});

const external = object({
  kind: z.literal("external"),
  external: object({
    secretName: dnsName(),
    key: secretEntry().default("url"),
    host: dnsName().optional(),
    port: wholeNumber(1, 65535).optional(),
    tls: flag().default(false),
  }),
});

const none = object({ kind: z.literal("none") });

export const store = z.discriminatedUnion(
  "kind",
  [redis, memcached, external, none],
  oneOfThe("kind", ["redis", "memcached", "external", "none"]),
);

/** A store with every default filled in but one: a backup without size takes that of the store. */
export type StoreSettings = z.output<typeof store>;
export type RedisSettings = z.output<typeof redis>;
export type MemcachedSettings = z.output<typeof memcached>;
export type ExternalSettings = z.output<typeof external>;
