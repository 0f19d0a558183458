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
  kind: z.literal("redis").default("redis").describe("Redis or Valkey on volumes: sessions outlive pods and nodes"),
  engine: oneOf(["valkey", "redis"]).default("valkey").describe("whose server it is"),
  image: imageReference()
    .optional()
    .meta({ description: "for clusters with a registry of their own", otherwise: "the engine's, pinned" }),
  replicas: wholeNumber(0, 5).default(2).describe("read and backup copies beside the primary; 0 makes a single pod"),
  durability: oneOf(["always", "everysec"])
    .default("always")
    .describe("`always`: an answer means it is on disk; `everysec`: the last second or two may be lost with the node"),
  memory: memoryQuantity()
    .refine((memory) => maxmemoryBytes(memory) >= smallestMaxmemory, "must be at least 16Mi")
    .default("256Mi")
    .describe("limit of each member, 60 % of it for data; at least 16Mi"),
  size: memoryQuantity()
    .default("1Gi")
    .describe("of each member's claim: at least 1.8 times the memory; it cannot change while the store exists"),
  eviction: oneOf(["noeviction", "volatile-ttl"])
    .default("noeviction")
    .describe("of a full store: `noeviction` refuses new sessions, `volatile-ttl` logs somebody out"),
  keyPrefix: keyPrefix().default("sess:").describe("what the keys begin with that the application may touch"),
  corruptTail: oneOf(["repair", "refuse"]).default("repair").meta({
    description:
      "`repair`: what a crash tore off the last write is copied aside and cut; `refuse`: the member waits for you",
    page: "operations/held.md",
  }),
  tls: object({ secretName: dnsName().describe("a Secret of yours with `tls.crt`, `tls.key` and `ca.crt`") })
    .nullable()
    .default(null)
    .meta({
      description: "TLS between the application and the store, and between its members",
      page: "operations/tls.md",
    }),
  backup: object({
    schedule: cronSchedule().describe("five fields, in UTC"),
    keep: wholeNumber(1, 100).default(7).describe("archives kept; older ones are deleted"),
    size: memoryQuantity().optional().meta({ description: "of the claim for all archives", otherwise: "`store.size`" }),
  })
    .nullable()
    .default(null)
    .meta({ description: "archives on a claim of their own", page: "operations/backup.md" }),
  metrics: object({
    image: imageReference().default("docker.io/oliver006/redis_exporter:v1.88.0").describe("the exporter"),
  })
    .nullable()
    .default(null)
    .meta({
      description: "`{}`: an exporter for Prometheus beside each member, and alert rules",
      page: "operations/metrics.md",
    }),
});

/** Connections, threads and the hash table take a good 10Mi of it before the first item. */
const smallestMemcached = 2 ** 25;

const memcached = object({
  kind: z.literal("memcached").describe("in memory alone: all sessions are lost when its pod restarts"),
  image: imageReference()
    .default("docker.io/library/memcached:1.6.38")
    .describe("for clusters with a registry of their own"),
  memory: memoryQuantity()
    .refine((memory) => (parseBytes(memory) ?? 0) >= smallestMemcached, "must be at least 32Mi")
    .default("64Mi")
    .describe("limit, with a good 10Mi for Memcached itself; at least 32Mi"),
});

const external = object({
  kind: z.literal("external").describe("a service of yours, such as ElastiCache or Memorystore; nothing is deployed"),
  external: object({
    secretName: dnsName().describe("a Secret of yours in the namespace with the URL"),
    key: secretEntry().default("url").describe("its key with the URL"),
    host: dnsName().optional().meta({ description: "for the outputs alone", otherwise: "none" }),
    port: wholeNumber(1, 65535).optional().meta({ description: "for the outputs alone", otherwise: "none" }),
    tls: flag().default(false).describe("whether the URL is of TLS (`rediss://`); for the outputs and warnings alone"),
  }).describe("where the service is"),
});

const none = object({
  kind: z.literal("none").describe("each session lives in one pod; needs `app.workload: statefulset` and affinity"),
});

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
