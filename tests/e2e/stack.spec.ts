import assert from "node:assert/strict";
import { ApiException } from "@kubernetes/client-node";
import type { Environment } from "../../cli/environment.ts";
import * as names from "../../components/redis/names.ts";
import { exec } from "../../deploy/exec.ts";
import { deployStack, destroyStack, renderFor, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { bringsStorage, ownStack } from "./ownStack.ts";
import { Browser } from "./proof/browser.ts";
import { askStore, settled } from "./proof/pods.ts";
import { everythingVisible, secretValues } from "./proof/visible.ts";

describe("a deployed stack", () => {
  let environment: Environment;
  let stack: DeployedStack;
  let namespace: string;

  before("a cluster with the stack on it", async () => {
    environment = await openEnvironment();
    stack = await deployStack(environment.options);
    namespace = stack.outputs.namespace;
  });

  it("is not changed by deploying it again", async () => {
    await settled({ ...stack, namespace }, stack.outputs.app.name);
    const before = await footprint(stack, namespace);
    await deployStack(environment.options);
    assert.deepEqual(await footprint(stack, namespace), before);
  });

  it("shows its password and keys to nobody: not in pod specs, process lists, logs or ConfigMaps", async () => {
    const values = await secretValues(stack, names.secret, names.usersSecret, "session-secret");
    // All but the version in use, which is no secret and stands in many a place.
    const secrets = values.filter((value) => value.length > 8);
    assert.equal(secrets.length, 2 + names.users.length + 2);
    const visible = await everythingVisible(stack);
    assert.ok(visible.includes("redis-server") || visible.includes("valkey-server"), "no process list was read");
    for (const secret of secrets) assert.ok(!visible.includes(secret), "a secret can be read outside its Secret");
  });

  it("refuses clients of the store that bring no password", async () => {
    const anonymous = await exec(stack.cluster, namespace, "redis-0", [
      "sh",
      "-c",
      '"$ENGINE-cli" -h redis-master.$0.svc get name 2>&1 || true',
      namespace,
    ]);
    assert.match(anonymous, /NOAUTH/);
  });

  it("takes no pod that falls short of Pod Security restricted", async () => {
    const pod = {
      metadata: { name: "privileged" },
      spec: { containers: [{ name: "c", image: "none.invalid/none:1" }] },
    };
    await assert.rejects(stack.cluster.core.createNamespacedPod({ namespace, body: pod, dryRun: "All" }), (error) => {
      assert.ok(error instanceof ApiException);
      assert.match(JSON.stringify(error.body), /violates PodSecurity \\*"restricted:latest/);
      return true;
    });
  });

  it("keeps the engine's namespaces out of reach of manifests", async () => {
    const name = "engine-owned";
    const body = { metadata: { name, annotations: { "session-stack/applied-by": "pulumi" } } };
    await stack.cluster.core.createNamespace({ body });
    try {
      const options = {
        ...environment.options,
        overrides: { ...environment.options.overrides, "namespace.name": name },
      };
      await assert.rejects(deployStack(options), {
        message:
          "namespace engine-owned belongs to the Pulumi engine: go on with pulumi up, or destroy it with pulumi destroy first",
      });
    } finally {
      await stack.cluster.core.deleteNamespace({ name });
    }
  });
});

describe("a second stack on the same cluster: engine redis, unique directories, no replica", () => {
  let environment: Environment;
  let second: StackOptions;
  let wasPrepared = false;

  before("a cluster", async function () {
    environment = await openEnvironment();
    if (!(await bringsStorage(environment.options))) this.skip(); // Only NFS knows directories.
    second = await ownStack("second", environment, {
      ...environment.redis,
      "store.replicas": 0,
      "app.replicas": 1,
      ingress: null,
      affinity: { kind: "clientIP", timeoutSeconds: 600 },
    });
    wasPrepared = true;
  });

  after("destroy it", async () => {
    if (wasPrepared) await destroyStack(second);
  });

  it("serves sessions beside the first", async () => {
    const { cluster, outputs } = await deployStack(second);
    const { namespace } = outputs;
    assert.equal(outputs.url, null);
    assert.match(await askStore({ cluster, namespace }, "redis-0", "info", "server"), /^redis_version:/m);
    const service = await cluster.core.readNamespacedService({ name: outputs.app.service, namespace });
    assert.equal(service.spec?.sessionAffinity, "ClientIP");
    assert.equal(service.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds, 600);
  });

  it("has a directory of its own for every volume", async () => {
    const { cluster, outputs } = await deployStack(second);
    const claim = { name: "data-redis-0", namespace: outputs.namespace };
    const { spec } = await cluster.core.readNamespacedPersistentVolumeClaim(claim);
    const volume = await cluster.core.readPersistentVolume({ name: spec?.volumeName ?? "" });
    assert.equal(volume.spec?.nfs?.path?.split("/").at(-1), `${claim.namespace}-${claim.name}-${spec?.volumeName}`);
  });

  it("leaves nothing in the cluster when it is destroyed, and the first untouched", async () => {
    const first = await deployStack(environment.options);
    const before = await footprint(first, first.outputs.namespace);
    await destroyStack(second);
    assert.deepEqual(await remains(first, second), []);
    assert.deepEqual(await footprint(first, first.outputs.namespace), before);
    const visitor = new Browser(await environment.endpoint(first));
    assert.equal((await visitor.login("jill")).loggedIn, true);
  });
});

/** What would change if something were applied that differs: generations, Secrets' versions, pods. */
async function footprint({ cluster }: DeployedStack, namespace: string): Promise<string[]> {
  const [deployments, statefulSets, pods, secrets, configMaps] = await Promise.all([
    cluster.apps.listNamespacedDeployment({ namespace }),
    cluster.apps.listNamespacedStatefulSet({ namespace }),
    cluster.core.listNamespacedPod({ namespace }),
    cluster.core.listNamespacedSecret({ namespace }),
    cluster.core.listNamespacedConfigMap({ namespace }),
  ]);
  const generations = [...deployments.items, ...statefulSets.items].map((item) => item.metadata?.generation ?? 0);
  const versions = [...secrets.items, ...configMaps.items].map((item) => item.metadata?.resourceVersion ?? "");
  return [...generations.map(String), ...versions, ...pods.items.map((item) => item.metadata?.uid ?? "").sort()];
}

/** Objects that still carry the second stack's name, cluster-wide ones too. */
async function remains({ cluster }: DeployedStack, options: StackOptions): Promise<string[]> {
  const { objects } = await renderFor(options);
  const found = await Promise.all(
    objects.map(async (object) => {
      const here = await cluster.objects.read(object).catch(() => undefined);
      return here === undefined ? [] : [`${object.kind} ${object.metadata.name}`];
    }),
  );
  const { items: volumes } = await cluster.core.listPersistentVolume();
  const stranded = volumes.filter(({ spec }) => spec?.storageClassName === "nfs-second");
  return [...found.flat(), ...stranded.map(({ metadata }) => `PersistentVolume ${metadata?.name}`)];
}
