import assert from "node:assert/strict";
import { RedisStore, type RedisStoreArgs } from "../components/redisStore.ts";
import { run } from "./mocks.ts";

// That Kubernetes changes a running set in the way the objects ask for is not proved here.

const args: RedisStoreArgs = {
  instance: "shop-dev",
  namespace: "shop",
  engine: "valkey",
  image: "registry.example/valkey:8",
  replicas: 2,
  durability: "always",
  eviction: "noeviction",
  memory: "256Mi",
  size: "1Gi",
  storageClassName: "nfs-client",
  accessMode: "ReadWriteMany",
};

interface StatefulSet {
  spec: {
    replicas: number;
    serviceName: string;
    selector: unknown;
    template: { spec: { containers: { env: unknown[]; resources: unknown }[]; volumes: unknown[] } };
    volumeClaimTemplates: { spec: { accessModes: string[]; storageClassName: string; resources: unknown } }[];
  };
}

interface ConfigMap {
  metadata: { name: string };
  data: Record<string, string>;
}

async function create(overrides: Partial<RedisStoreArgs>) {
  const { find } = await run(() => new RedisStore("store", { ...args, ...overrides }));
  const set = find("kubernetes:apps/v1:StatefulSet", "store-members").inputs as unknown as StatefulSet;
  const config = find("kubernetes:core/v1:ConfigMap", "store-config").inputs as unknown as ConfigMap;
  return { spec: set.spec, config };
}

describe("RedisStore's options", () => {
  it("replicas: the primary is one more", async () => {
    assert.equal((await create({ replicas: 0 })).spec.replicas, 1);
    assert.equal((await create({ replicas: 2 })).spec.replicas, 3);
  });

  it("engine: the one that the script starts", async () => {
    const [container] = (await create({ engine: "redis" })).spec.template.spec.containers;
    assert.deepEqual(container?.env[0], { name: "ENGINE", value: "redis" });
  });

  it("durability and eviction: in redis.conf", async () => {
    const { config } = await create({ durability: "everysec", eviction: "volatile-ttl" });
    const lines = config.data["redis.conf"]?.split("\n") ?? [];
    assert.ok(lines.includes("appendfsync everysec"));
    assert.ok(lines.includes("maxmemory-policy volatile-ttl"));
  });

  it("memory: request and limit, of which six tenths hold data", async () => {
    const { spec, config } = await create({ memory: "1G" });
    assert.deepEqual(spec.template.spec.containers[0]?.resources, {
      requests: { cpu: "50m", memory: "1G" },
      limits: { memory: "1G" },
    });
    assert.match(config.data["redis.conf"] ?? "", /^maxmemory 600000000$/m);
  });

  it("size, class and access mode: of every member's claim", async () => {
    const { spec } = await create({ size: "4Gi", storageClassName: "block", accessMode: "ReadWriteOnce" });
    assert.deepEqual(
      spec.volumeClaimTemplates.map((claim) => claim.spec),
      [{ accessModes: ["ReadWriteOnce"], storageClassName: "block", resources: { requests: { storage: "4Gi" } } }],
    );
  });

  it("namespace: in the primary's stable name", async () => {
    const [container] = (await create({ namespace: "other" })).spec.template.spec.containers;
    assert.deepEqual(container?.env[2], { name: "PRIMARY_HOST", value: "redis-0.redis.other.svc" });
  });

  it("a changed configuration is a new ConfigMap, and so rolls the pods", async () => {
    const before = await create({});
    const after = await create({ durability: "everysec" });
    assert.notEqual(after.config.metadata.name, before.config.metadata.name);
    for (const { spec, config } of [before, after])
      assert.deepEqual(spec.template.spec.volumes[0], { name: "config", configMap: { name: config.metadata.name } });
  });

  it("no option touches what cannot be changed in place", async () => {
    const { spec: before } = await create({});
    const { spec: after } = await create({ engine: "redis", image: "r/redis:8", replicas: 0, memory: "1Gi" });
    assert.equal(after.serviceName, before.serviceName);
    assert.deepEqual(after.selector, before.selector);
    assert.deepEqual(after.volumeClaimTemplates, before.volumeClaimTemplates);
  });

  it("two stores in two namespaces do not collide", async () => {
    const { resources } = await run(() => {
      new RedisStore("one", args);
      new RedisStore("two", { ...args, namespace: "other", instance: "shop-other" });
    });
    const objects = resources.filter(({ inputs }) => inputs.kind !== undefined);
    const identities = objects.map(({ inputs: { kind, metadata } }) => {
      const { namespace, name } = metadata as { namespace: string; name: string };
      return `${String(kind)} ${namespace}/${name}`;
    });
    assert.equal(identities.length, 12);
    assert.equal(new Set(identities).size, 12);
  });
});
