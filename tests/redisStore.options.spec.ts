import assert from "node:assert/strict";
import { alertRules } from "../components/redis/metrics.ts";
import { RedisStore, type RedisStoreArgs } from "../components/redisStore.ts";
import { children, run } from "./mocks.ts";
import { args, create as createStore, metadata, optionsOf, tls } from "./redisStores.ts";

// That Kubernetes changes a running set in the way the objects ask for is not proved here. The exporter's container and
// rules as such are tested in redisMetrics.spec.ts, the CronJobs in storeBackup.spec.ts.

interface Container {
  name: string;
  image: string;
  env: { name: string; value?: string }[];
  resources: unknown;
  volumeMounts: { name: string; mountPath: string }[];
}

interface StatefulSet {
  spec: {
    replicas: number;
    serviceName: string;
    selector: unknown;
    template: {
      metadata: { annotations?: unknown };
      spec: { containers: Container[]; volumes: { name: string }[] };
    };
    volumeClaimTemplates: { spec: { accessModes: string[]; storageClassName: string; resources: unknown } }[];
  };
}

interface ConfigMap {
  metadata: { name: string };
  data: Record<string, string>;
}

interface CronJob {
  spec: {
    schedule: string;
    jobTemplate: { spec: { template: { spec: { containers: Container[]; volumes: unknown } } } };
  };
}

async function create(overrides: Partial<RedisStoreArgs>) {
  const made = await createStore(overrides);
  const set = made.find("kubernetes:apps/v1:StatefulSet", "store-members").inputs as unknown as StatefulSet;
  const config = made.find("kubernetes:core/v1:ConfigMap", "store-config").inputs as unknown as ConfigMap;
  const cronJob = (name: string) => made.find("kubernetes:batch/v1:CronJob", name).inputs as unknown as CronJob;
  const objects = children(made, "session-stack:index:RedisStore");
  return { ...made, spec: set.spec, pod: set.spec.template.spec, config, cronJob, objects };
}

const valueOf = (container: Container | undefined, variable: string) =>
  container?.env.find(({ name }) => name === variable)?.value;
const without = <T>(list: T[], others: T[]) => list.filter((each) => !others.includes(each));

describe("RedisStore's options", () => {
  it("replicas: the primary is one more", async () => {
    assert.equal((await create({ replicas: 0 })).spec.replicas, 1);
    assert.equal((await create({ replicas: 2 })).spec.replicas, 3);
  });

  for (const [option, value, variable] of [
    ["engine", "redis", "ENGINE"],
    ["keyPrefix", "shop:", "KEY_PREFIX"],
    ["corruptTail", "refuse", "CORRUPT_TAIL"],
  ] as const) {
    it(`${option}: told to the scripts`, async () => {
      assert.equal(valueOf((await create({ [option]: value })).pod.containers[0], variable), value);
    });
  }

  it("durability and eviction: in redis.conf", async () => {
    const { config } = await create({ durability: "everysec", eviction: "volatile-ttl" });
    const lines = config.data["redis.conf"]?.split("\n") ?? [];
    assert.ok(lines.includes("appendfsync everysec"));
    assert.ok(lines.includes("maxmemory-policy volatile-ttl"));
  });

  it("memory: request and limit, of which six tenths hold data", async () => {
    const { pod, config } = await create({ memory: "1G" });
    assert.deepEqual(pod.containers[0]?.resources, {
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

  it("namespace: in the primary's stable name and the owner's", async () => {
    const [container] = (await create({ namespace: "other" })).pod.containers;
    assert.equal(valueOf(container, "PRIMARY_HOST"), "redis-0.redis.other.svc");
    assert.equal(valueOf(container, "NAMESPACE"), "other");
  });

  it("tls: a port for it alone, and the certificates for server and scripts", async () => {
    const plain = await create({});
    const { pod, config, objects } = await create({ tls });
    const lines = config.data["redis.conf"]?.split("\n") ?? [];
    assert.ok(lines.includes("port 0") && lines.includes("tls-port 6379"));
    assert.equal(valueOf(pod.containers[0], "TLS"), "yes");
    assert.deepEqual(pod.containers[0]?.volumeMounts, [
      ...(plain.pod.containers[0]?.volumeMounts ?? []),
      { name: "tls", mountPath: "/etc/session-store-tls", readOnly: true },
    ]);
    assert.deepEqual(pod.volumes.slice(3), [{ name: "tls", secret: { secretName: "store-tls" } }]);
    assert.deepEqual(objects, plain.objects);
  });

  it("metrics: an exporter beside each member, a port, who may come to it, and rules for alerts", async () => {
    const plain = await create({});
    const { find, pod, spec, objects } = await create({ metrics: { image: "registry.example/exporter:1" } });
    assert.deepEqual(without(objects, plain.objects), ["kubernetes:core/v1:ConfigMap store-alerts"]);
    assert.deepEqual(find("kubernetes:core/v1:ConfigMap", "store-alerts").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("session-store-alerts"),
      data: { "alerts.yaml": alertRules("shop") },
    });
    const [member, exporter, ...more] = pod.containers;
    assert.deepEqual(member, plain.pod.containers[0]);
    assert.deepEqual([exporter?.name, exporter?.image, more], ["exporter", "registry.example/exporter:1", []]);
    assert.equal(valueOf(exporter, "REDIS_ADDR"), "redis://localhost:6379");
    assert.deepEqual(
      pod.volumes.map(({ name }) => name),
      ["config", "users", "run", "exporter"],
    );
    assert.deepEqual(spec.template.metadata.annotations, {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9121",
    });
    const ports = (name: string) =>
      (find("kubernetes:core/v1:Service", name).inputs.spec as { ports: { port: number }[] }).ports;
    assert.deepEqual(ports("store-headless")[1], { name: "metrics", port: 9121, targetPort: "metrics" });
    for (const service of ["store-redis-master", "store-redis-read"]) assert.equal(ports(service).length, 1, service);
    const policy = find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "store-policy").inputs;
    assert.deepEqual((policy.spec as { ingress: unknown[] }).ingress[1], { ports: [{ protocol: "TCP", port: 9121 }] });
  });

  it("metrics with tls: the exporter connects by it", async () => {
    const { pod } = await create({ tls, metrics: { image: "registry.example/exporter:1" } });
    assert.equal(valueOf(pod.containers[1], "REDIS_ADDR"), "rediss://localhost:6379");
    assert.deepEqual(
      pod.volumes.map(({ name }) => name),
      ["config", "users", "run", "tls", "exporter", "exporter-ca"],
    );
  });

  describe("backup", () => {
    const backup = { schedule: "0 3 * * *", keep: 7 };

    it("makes a CronJob and a claim, which outlives it", async () => {
      const plain = await create({});
      const { find, objects, cronJob } = await create({ backup });
      assert.deepEqual(without(objects, plain.objects), [
        "kubernetes:batch/v1:CronJob store-backup",
        "kubernetes:core/v1:PersistentVolumeClaim store-archives",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy store-backup-policy",
      ]);
      assert.equal(cronJob("store-backup").spec.schedule, "0 3 * * *");
      const claim = find("kubernetes:core/v1:PersistentVolumeClaim", "store-archives").inputs;
      assert.deepEqual(claim.spec, {
        accessModes: ["ReadWriteMany"],
        storageClassName: "nfs-client",
        resources: { requests: { storage: "1Gi" } },
      });
      assert.equal((await optionsOf({ backup })).get("store-archives")?.retainOnDelete, true);
    });

    it("gives its Jobs the members' scripts, and the password in use of their user alone", async () => {
      const { config, cronJob } = await create({ backup, passwordVersions: [2, 1] });
      for (const [name, user] of [
        ["store-backup", "backup"],
        ["store-restore", "admin"],
      ] as const) {
        const { containers, volumes } = cronJob(name).spec.jobTemplate.spec.template.spec;
        assert.equal(containers[0]?.image, args.image);
        assert.deepEqual((volumes as unknown[]).slice(0, 2), [
          { name: "config", configMap: { name: config.metadata.name } },
          {
            name: "users",
            secret: { secretName: "session-store-users", items: [{ key: `${user}-2`, path: "password" }] },
          },
        ]);
      }
    });
  });

  it("protect: of the members' set alone, which neither can be deleted nor replaced then", async () => {
    for (const protect of [true, false]) {
      const options = await optionsOf({ protect });
      assert.equal(options.get("store-members")?.protect, protect);
      const others = [...options].filter(([name, opts]) => name !== "store-members" && opts.protect === true);
      assert.deepEqual(others, []);
    }
  });

  it("a changed configuration is a new ConfigMap, and so rolls the pods", async () => {
    const before = await create({});
    const after = await create({ durability: "everysec" });
    assert.notEqual(after.config.metadata.name, before.config.metadata.name);
    for (const { pod, config } of [before, after])
      assert.deepEqual(pod.volumes[0], { name: "config", configMap: { name: config.metadata.name } });
  });

  it("no option touches what cannot be changed in place", async () => {
    const { spec: before } = await create({});
    const { spec: after } = await create({
      engine: "redis",
      image: "r/redis:8",
      replicas: 0,
      memory: "1Gi",
      keyPrefix: "shop:",
      corruptTail: "refuse",
      tls,
      metrics: { image: "r/exporter:1" },
      backup: { schedule: "0 3 * * *", keep: 7, size: "9Gi" },
      passwordVersions: [2],
      protect: true,
    });
    assert.equal(after.serviceName, before.serviceName);
    assert.deepEqual(after.selector, before.selector);
    assert.deepEqual(after.volumeClaimTemplates, before.volumeClaimTemplates);
  });

  it("two stores in two namespaces do not collide", async () => {
    const most = { metrics: { image: "r/exporter:1" }, backup: { schedule: "0 3 * * *", keep: 7 } };
    const { resources } = await run(() => {
      new RedisStore("one", { ...args, ...most });
      new RedisStore("two", { ...args, ...most, namespace: "other", instance: "shop-other" });
    });
    const objects = resources.filter(({ inputs }) => inputs.kind !== undefined);
    const identities = objects.map(({ inputs: { kind, metadata: its } }) => {
      const { namespace, name } = its as { namespace: string; name: string };
      return `${String(kind)} ${namespace}/${name}`;
    });
    assert.equal(identities.length, 30);
    assert.equal(new Set(identities).size, 30);
  });
});
