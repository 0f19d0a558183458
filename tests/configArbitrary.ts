import fc from "fast-check";
import { dnsName, label, optional, path } from "./configParts.ts";
import { exposure, service, withoutStore } from "./exposureArbitrary.ts";

/** Arbitrary configurations that the schema accepts, for property tests. */

const image = fc
  .tuple(fc.constantFrom("", "ghcr.io/", "localhost:5000/"), fc.stringMatching(/^[a-z0-9]{1,8}([._/-][a-z0-9]{1,8})?$/))
  .chain(([host, name]) => fc.constantFrom("", ":1.4.2", `@sha256:${"0a".repeat(32)}`).map((tag) => host + name + tag));
const variable = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,12}$/);

const secretEntry = fc.stringMatching(/^[-._a-zA-Z0-9]{1,10}$/).filter((key) => !/^(\.$|\.\.)/.test(key));

const exportPath = fc
  .array(
    fc.stringMatching(/^[!-.0-~]{1,8}$/).filter((part) => !/^\.{1,2}$/.test(part)),
    { maxLength: 3 },
  )
  .map((parts) => `/${parts.join("/")}`);

const nfs = {
  server: dnsName,
  path: exportPath,
  directories: fc.constantFrom("stable", "unique"),
  prefix: label,
  mountOptions: fc.array(fc.constantFrom("hard", "noatime", "nfsvers=4.1", "timeo=600")),
};
const subdir = fc.record(
  { ...nfs, provisioner: fc.constant("subdir"), provisionerImage: image },
  { requiredKeys: ["server", "path"] },
);
const csi = fc.record({ ...nfs, provisioner: fc.constant("csi") }, { requiredKeys: ["server", "path", "provisioner"] });

const storage = fc.oneof(
  fc.record({ kind: fc.constant("existing"), className: dnsName }),
  fc.record(
    { kind: fc.constant("nfs"), className: dnsName, nfs: fc.oneof(subdir, csi) },
    { requiredKeys: ["kind", "nfs"] },
  ),
);

const memoryAndSize = fc.tuple(fc.integer({ min: 16, max: 65536 }), fc.nat(4096)).map(([mebibytes, more]) => ({
  memory: `${mebibytes}Mi`,
  size: `${Math.ceil(1.8 * mebibytes) + 1 + more}Mi`,
}));

const field = (min: number, max: number) =>
  fc.oneof(
    fc.constantFrom("*", "*/2"),
    fc.integer({ min, max }).map(String),
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
      .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)},${a}/3`),
  );
const schedule = fc
  .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), fc.oneof(field(0, 6), fc.constant("mon-Fri")))
  .map((fields) => fields.join(" "));

const redis = fc
  .tuple(
    optional({
      kind: fc.constant("redis"),
      engine: fc.constantFrom("valkey", "redis"),
      image,
      replicas: fc.integer({ min: 0, max: 5 }),
      durability: fc.constantFrom("always", "everysec"),
      eviction: fc.constantFrom("noeviction", "volatile-ttl"),
      keyPrefix: fc.stringMatching(/^[A-Za-z0-9:_.{}-]{1,64}$/),
      corruptTail: fc.constantFrom("repair", "refuse"),
      tls: fc.option(fc.record({ secretName: dnsName })),
      backup: fc.option(
        fc.record(
          { schedule, keep: fc.integer({ min: 1, max: 100 }), size: fc.constantFrom("1Gi", "500M") },
          { requiredKeys: ["schedule"] },
        ),
      ),
      metrics: fc.option(optional({ image })),
    }),
    fc.option(memoryAndSize, { nil: {} }),
  )
  .map(([rest, sizes]) => ({ ...rest, ...sizes }));

const memcached = fc.record(
  { kind: fc.constant("memcached"), image, memory: fc.integer({ min: 32, max: 65536 }).map((size) => `${size}Mi`) },
  { requiredKeys: ["kind"] },
);

const external = fc.record({
  kind: fc.constant("external"),
  external: fc.record(
    {
      secretName: dnsName,
      key: secretEntry,
      host: dnsName,
      port: fc.integer({ min: 1, max: 65535 }),
      tls: fc.boolean(),
    },
    { requiredKeys: ["secretName"] },
  ),
});

/** Versions of what is generated; nothing is where the user or another store has it. */
const versions = fc.uniqueArray(fc.integer({ min: 1, max: 9999 }), { minLength: 1, maxLength: 3 });

/** Requests within the limits. */
const resources = fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.nat(4000)).map(([request, more]) => ({
  requests: { cpu: `${request}m`, memory: `${request}Mi` },
  limits: { cpu: `${request + more}m`, memory: `${request + more}Mi` },
}));

const ours = ["SESSION_STORE", "SESSION_STORE_CA", "SESSION_SECRET", "POD_NAME"];
const theirs = variable.filter((name) => !ours.includes(name) && name !== "REDIS_URL");

const app = fc.record(
  {
    image,
    pullSecrets: fc.uniqueArray(dnsName, { maxLength: 3 }),
    workload: fc.constant("deployment"),
    port: fc.integer({ min: 1, max: 65535 }),
    replicas: fc.integer({ min: 1, max: 100 }),
    sessionEnv: fc.constant("REDIS_URL"),
    session: optional({ cookie: fc.constant("sid"), ttlSeconds: fc.integer({ min: 3600, max: 31_536_000 }) }),
    env: fc.dictionary(theirs, fc.string({ unit: "grapheme" }), { noNullPrototype: true, maxKeys: 4 }),
    health: optional({ live: path, ready: path }),
    resources,
    drainSeconds: fc.integer({ min: 0, max: 300 }),
  },
  { requiredKeys: ["image"] },
);

const redisStore = fc.record({ store: redis }, { requiredKeys: [] });
const otherStore = fc.record({ store: fc.oneof(memcached, external) });

/** The store, the way to the application, and versions of passwords where the store has some. */
const storeAndWay = fc.oneof(
  fc.tuple(redisStore, exposure, optional({ password: versions })),
  fc.tuple(otherStore, exposure, fc.constant({})),
  fc.tuple(fc.constant({ store: { kind: "none" } }), withoutStore, fc.constant({})),
);

/** Versions of signing keys, or keys that the user has. */
const signing = fc.oneof(
  optional({ signingKeys: versions }).map((rotation) => ({ rotation })),
  fc.record({ name: dnsName, key: secretEntry }).map((sessionSecretRef) => ({ sessionSecretRef, rotation: {} })),
);

/** Values of the top-level keys. */
export const validConfig: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.record(
      {
        kubeContext: fc.stringMatching(/^kind-[ -~]{1,20}$/),
        namespace: optional({ name: label, create: fc.boolean() }),
        storage,
        app,
        service,
      },
      { requiredKeys: ["kubeContext", "storage", "app"] },
    ),
    storeAndWay,
    signing,
  )
  .map(([rest, [store, way, passwords], { rotation, ...keys }]) => ({
    ...rest,
    ...store,
    ...way,
    ...keys,
    rotation: { ...rotation, ...passwords },
  }));
