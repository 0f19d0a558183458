import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { StatefulWorkload, type StatefulWorkloadArgs } from "../components/statefulWorkload.ts";
import { children, run } from "./mocks.ts";

// That Kubernetes keeps claims and names as the objects ask for is proved by tests/e2e/app.nginx.spec.ts.

const type = "session-stack:index:StatefulWorkload";
const selector = { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "shop-dev" };
const labels = { ...selector, "app.kubernetes.io/component": "app" };
const spec = { containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }] };

const args: StatefulWorkloadArgs = {
  namespace: "shop",
  workload: "web",
  service: "web-pods",
  selector,
  labels: { "app.kubernetes.io/component": "app" },
  ports: { http: 8080 },
  replicas: 3,
  template: { spec },
};

const create = (overrides: Partial<StatefulWorkloadArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  run(() => new StatefulWorkload("web", { ...args, ...overrides }, opts));

async function setOf(overrides: Partial<StatefulWorkloadArgs>) {
  const { find } = await create(overrides);
  return find("kubernetes:apps/v1:StatefulSet", "web-set").inputs as {
    metadata: { annotations?: Record<string, string> };
    spec: Record<string, unknown>;
  };
}

/** Options with which it made each of its resources, by name: mocks do not tell them. */
async function optionsOf(opts: pulumi.ComponentResourceOptions) {
  const made = new Map<string, pulumi.Resource>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  const note: pulumi.ResourceTransformation = ({ name, resource, opts }) => {
    made.set(name, resource);
    options.set(name, opts);
    return undefined;
  };
  await create({}, { ...opts, transformations: [note] });
  return { made, options };
}

describe("StatefulWorkload", () => {
  it("makes a StatefulSet and a headless Service below itself, and tells their names", async () => {
    const made = await create();
    assert.deepEqual(children(made, type), [
      "kubernetes:apps/v1:StatefulSet web-set",
      "kubernetes:core/v1:Service web-pods",
    ]);
    assert.deepEqual([made.result.workload, made.result.service], ["web", "web-pods"]);
  });

  it("by default starts pods one after the other, updates all of them, and has no claim", async () => {
    assert.deepEqual(await setOf({}), {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "web", namespace: "shop", labels, annotations: {} },
      spec: {
        serviceName: "web-pods",
        replicas: 3,
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
        minReadySeconds: 0,
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: selector },
        template: { metadata: { labels }, spec },
      },
    });
  });

  it("names every pod in DNS, ready or not, and is not waited for", async () => {
    const { find } = await create({ ports: { http: 8080, peers: 7000 } });
    assert.deepEqual(find("kubernetes:core/v1:Service", "web-pods").inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web-pods", namespace: "shop", labels, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector,
        ports: [
          { name: "http", port: 8080, targetPort: "http" },
          { name: "peers", port: 7000, targetPort: "peers" },
        ],
      },
    });
  });

  it("claim: one a pod, of the cluster's default class unless another is named", async () => {
    const claims = async (claim: StatefulWorkloadArgs["claim"]) => (await setOf({ claim })).spec.volumeClaimTemplates;
    const requests = { storage: "2Gi" };
    assert.deepEqual(await claims({ name: "data", size: "2Gi" }), [
      {
        metadata: { name: "data", labels: selector },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests } },
      },
    ]);
    const elsewhere = { name: "data", size: "2Gi", storageClassName: "nfs-client", accessMode: "ReadWriteMany" };
    assert.deepEqual(await claims(elsewhere), [
      {
        metadata: { name: "data", labels: selector },
        spec: { accessModes: ["ReadWriteMany"], storageClassName: "nfs-client", resources: { requests } },
      },
    ]);
  });

  it("order, partition, maxUnavailable, minReadySeconds, revisionHistoryLimit: as they are given", async () => {
    const { spec } = await setOf({
      order: "parallel",
      partition: 2,
      maxUnavailable: "50%",
      minReadySeconds: 15,
      revisionHistoryLimit: 3,
    });
    assert.equal(spec.podManagementPolicy, "Parallel");
    assert.deepEqual(spec.updateStrategy, {
      type: "RollingUpdate",
      rollingUpdate: { partition: 2, maxUnavailable: "50%" },
    });
    assert.deepEqual([spec.minReadySeconds, spec.revisionHistoryLimit], [15, 3]);
  });

  it("with a partition Pulumi waits for the pods that are updated, and for all to be available", async () => {
    const waitedFor = async (partition: number) =>
      (await setOf({ replicas: 3, partition })).metadata.annotations?.["pulumi.com/waitFor"];
    assert.equal(await waitedFor(0), undefined);
    assert.equal(await waitedFor(1), "jsonpath={$[?@.updatedReplicas > 1 && @.availableReplicas == 3]}");
    assert.equal(await waitedFor(3), "jsonpath={$[?@.availableReplicas == 3]}");
  });

  it("the template's labels and annotations are the pods' alone, and change no label of the selector", async () => {
    const { spec: changed } = await setOf({
      template: {
        labels: { ...selector, "app.kubernetes.io/name": "other", tier: "front" },
        annotations: { a: "b" },
        spec,
      },
    });
    assert.deepEqual(changed.template, {
      metadata: { labels: { ...labels, tier: "front" }, annotations: { a: "b" } },
      spec,
    });
    assert.deepEqual(changed.selector, { matchLabels: selector });
  });

  it("waits for the set five minutes at first and ten later, after the Service", async () => {
    const { made, options } = await optionsOf({});
    assert.deepEqual(options.get("web-set")?.customTimeouts, { create: "5m", update: "10m" });
    const dependsOn = options.get("web-set")?.dependsOn;
    assert.ok(Array.isArray(dependsOn) && dependsOn.length === 1 && dependsOn[0] === made.get("web-pods"));
  });

  it("passes customTimeouts and protect on", async () => {
    const { made, options } = await optionsOf({ protect: true, customTimeouts: { create: "20m" } });
    assert.deepEqual(options.get("web-set")?.customTimeouts, { create: "20m", update: "10m" });
    const isProtected = (name: string) => (made.get(name) as unknown as { __protect?: boolean }).__protect;
    assert.deepEqual([isProtected("web-set"), isProtected("web-pods")], [true, true]);
  });
});
