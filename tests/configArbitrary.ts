import fc from "fast-check";
import { anyApp, secretsOf, statefulApp } from "./appArbitrary.ts";
import { dnsName, image, label, optional, secretEntry } from "./configParts.ts";
import { exposure, service, withoutStore } from "./exposureArbitrary.ts";

/** Arbitrary configurations that the schema accepts, for property tests. */

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

const redisStore = fc.record({ store: redis }, { requiredKeys: [] });
const otherStore = fc.record({ store: fc.oneof(memcached, external) });

/** The store, the way to the application, versions of passwords where the store has some, and the application. */
const storeAndWay = fc.oneof(
  fc.tuple(redisStore, exposure, optional({ password: versions }), anyApp),
  fc.tuple(otherStore, exposure, fc.constant({}), anyApp),
  fc.tuple(fc.constant({ store: { kind: "none" } }), withoutStore, fc.constant({}), statefulApp),
);

/** Versions of signing keys, or keys that the user has. */
const signing = fc.oneof(
  optional({ signingKeys: versions }).map((rotation) => ({ rotation })),
  fc.record({ name: dnsName, key: secretEntry }).map((sessionSecretRef) => ({ sessionSecretRef, rotation: {} })),
);

/** Values of the top-level keys as they stand in a stack's file: a secret is `{secure: …}`. */
export const validConfig: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.record(
      {
        kubeContext: fc.stringMatching(/^kind-[ -~]{1,20}$/),
        namespace: optional({ name: label, create: fc.boolean() }),
        storage,
        service,
      },
      { requiredKeys: ["kubeContext", "storage"] },
    ),
    storeAndWay,
    signing,
  )
  .map(([rest, [store, way, passwords, app], { rotation, ...keys }]) => ({
    ...rest,
    ...store,
    ...way,
    ...keys,
    app,
    ...secretsOf(app),
    rotation: { ...rotation, ...passwords },
  }));
