import assert from "node:assert/strict";
import { ApiException, PatchStrategy } from "@kubernetes/client-node";
import { apply, prune } from "../deploy/apply.ts";
import { inMemory } from "../deploy/secrets.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// The cluster is a fake without an API server's rules: field ownership and defaults are proved by the end-to-end suite.

const appliedBy = "session-stack/applied-by";
const namespaceBy = (owner: string | undefined) =>
  object("Namespace", "shop", undefined, { annotations: owner === undefined ? {} : { [appliedBy]: owner } });
const namespace = namespaceBy("manifests");
const storage = object("Namespace", "shop-storage");
const secret = object("Secret", "session-secret", "shop", { stringData: { keys: "~generated.session-key-1.48~" } });
const service = object("Service", "app", "shop");

describe("applying", () => {
  it("goes through the objects in their order, on the server's side, as one field manager that wins", async () => {
    const fake = new FakeCluster();
    await apply(fake.cluster, [namespace, storage, service], inMemory());
    assert.deepEqual(fake.changes, ["apply Namespace shop", "apply Namespace shop-storage", "apply Service shop/app"]);
    const options = [undefined, undefined, "session-stack", true, PatchStrategy.ServerSideApply];
    assert.deepEqual(fake.bodies, [options, options, options]);
  });

  it("refuses a namespace that the engine owns, before it changes anything", async () => {
    const fake = new FakeCluster([namespaceBy("pulumi")]);
    await assert.rejects(apply(fake.cluster, [storage, namespace, service], inMemory()), {
      message:
        "namespace shop belongs to the Pulumi engine: go on with pulumi up, or destroy it with pulumi destroy first",
    });
    assert.deepEqual(fake.changes, []);
  });

  it("gives Secrets their passwords, and names the one that cannot be had", async () => {
    const fake = new FakeCluster();
    await apply(fake.cluster, [namespace, secret, service], inMemory());
    assert.deepEqual(fake.changes, [
      "apply Namespace shop",
      "create Secret shop/session-secret",
      "apply Service shop/app",
    ]);
    const encrypted = object("Secret", "session-secret", "shop", { stringData: { keys: "~config.sessionSecret~" } });
    await assert.rejects(apply(new FakeCluster().cluster, [encrypted], inMemory()), {
      message:
        "cannot apply Secret shop/session-secret: Secret shop/session-secret holds session-stack:sessionSecret, which only " +
        "the Pulumi engine can decrypt: create the Secret beforehand (keys: keys), or use pulumi up",
    });
  });

  it("refuses kinds that the cluster lacks, all of them and before it changes anything", async () => {
    const fake = new FakeCluster();
    fake.customKinds.add("traefik.io/v1alpha1 IngressRoute");
    const middleware = { ...object("Middleware", "app-https", "shop"), apiVersion: "traefik.io/v1alpha1" };
    const route = { ...object("HTTPRoute", "app", "shop"), apiVersion: "gateway.networking.k8s.io/v1" };
    const hint =
      "install its CustomResourceDefinition, which comes with the controller that ingress.controller names, or use another one";
    await assert.rejects(apply(fake.cluster, [namespace, middleware, service, route], inMemory()), {
      message: [
        "this cluster lacks kinds that the stack uses:",
        `  Middleware shop/app-https needs the kind Middleware of traefik.io/v1alpha1: ${hint}`,
        `  HTTPRoute shop/app needs the kind HTTPRoute of gateway.networking.k8s.io/v1: ${hint}`,
      ].join("\n"),
    });
    assert.deepEqual(fake.changes, []);
    fake.customKinds.add("traefik.io/v1alpha1 Middleware");
    await apply(fake.cluster, [namespace, middleware], inMemory());
    assert.deepEqual(fake.changes, ["apply Namespace shop", "apply Middleware shop/app-https"]);
  });

  for (const owner of ["manifests", undefined]) {
    it(`goes on in a namespace that is owned by ${owner ?? "nobody"}`, async () => {
      const fake = new FakeCluster([namespaceBy(owner)]);
      await apply(fake.cluster, [namespace], inMemory());
      assert.deepEqual(fake.changes, ["apply Namespace shop"]);
    });
  }

  const refusals: [title: string, error: Error, reason: string][] = [
    [
      "the API server's message",
      new ApiException(
        422,
        "Unprocessable",
        JSON.stringify({ kind: "Status", message: "spec.ports: Required value" }),
        {},
      ),
      "spec.ports: Required value",
    ],
    ["the API server's message, parsed", new ApiException(403, "Forbidden", { message: "forbidden" }, {}), "forbidden"],
    ["an answer that is no JSON", new ApiException(502, "Bad Gateway", "bad gateway", {}), "bad gateway"],
    ["an answer without a body", new ApiException(500, "Error", undefined, {}), "the API server answered 500"],
    ["an error of the connection", new Error("connect ECONNREFUSED"), "connect ECONNREFUSED"],
  ];
  for (const [title, error, reason] of refusals) {
    it(`names the object and gives ${title}, and stops there`, async () => {
      const fake = new FakeCluster();
      fake.failures.set("apply Service shop/app", error);
      await assert.rejects(apply(fake.cluster, [namespace, service, object("Ingress", "app", "shop")], inMemory()), {
        message: `cannot apply Service shop/app: ${reason}`,
      });
      assert.deepEqual(fake.changes, ["apply Namespace shop"]);
    });
  }
});

describe("pruning", () => {
  const ours = { "app.kubernetes.io/instance": "shop-dev", "app.kubernetes.io/part-of": "session-stack" };
  const of = (kind: string, name: string, labels: Record<string, string> = ours, place = "shop") =>
    object(kind, name, place, { labels });
  const release = [of("Service", "app"), of("ConfigMap", "redis-config-new"), of("Secret", "session-store")];

  it("deletes what an earlier release had, of the kinds that hold neither data nor secrets, workloads first", async () => {
    const fake = new FakeCluster([
      ...release,
      of("ConfigMap", "redis-config-old"),
      of("Service", "old"),
      of("Ingress", "app"),
      of("NetworkPolicy", "redis"),
      of("PodDisruptionBudget", "redis"),
      of("StatefulSet", "redis"),
      of("Deployment", "memcached"),
      of("CronJob", "backup"),
      of("Secret", "old"),
      of("PersistentVolumeClaim", "data-redis-0"),
      of("Job", "restore"),
      of("Pod", "redis-0"),
    ]);
    await prune(fake.cluster, release);
    assert.deepEqual(fake.changes, [
      "delete CronJob shop/backup",
      "delete Deployment shop/memcached",
      "delete StatefulSet shop/redis",
      "delete PodDisruptionBudget shop/redis",
      "delete NetworkPolicy shop/redis",
      "delete Ingress shop/app",
      "delete Service shop/old",
      "delete ConfigMap shop/redis-config-old",
    ]);
  });

  it("deletes a controller's objects, where the cluster has such kinds", async () => {
    const fake = new FakeCluster([...release, of("HTTPRoute", "app"), of("Middleware", "app-https")]);
    fake.customKinds.add("gateway.networking.k8s.io/v1 HTTPRoute");
    await prune(fake.cluster, release);
    assert.deepEqual(fake.changes, ["delete HTTPRoute shop/app"]);
  });

  it("deletes certificates of former hosts that were made here, and no other Secret", async () => {
    const certificate = (name: string) =>
      object("Secret", name, "shop", {
        labels: ours,
        annotations: { "session-stack/self-signed": "shop.example.com" },
      });
    const present = certificate("app-tls-new");
    const fake = new FakeCluster([...release, certificate("app-tls-old"), present, of("Secret", "shop-tls")]);
    await prune(fake.cluster, [...release, present]);
    assert.deepEqual(fake.changes, ["delete Secret shop/app-tls-old"]);
  });

  it("leaves alone what belongs to others", async () => {
    const fake = new FakeCluster([
      of("ConfigMap", "kube-root-ca.crt", {}),
      of("Service", "theirs", { ...ours, "app.kubernetes.io/part-of": "other" }),
      of("Service", "neighbour", { ...ours, "app.kubernetes.io/instance": "shop-prod" }),
      of("Service", "old", ours, "elsewhere"),
    ]);
    await prune(fake.cluster, release);
    assert.deepEqual(fake.changes, []);
  });

  it("leaves the ConfigMaps of pods that a partition holds back", async () => {
    const set = (partition: number) =>
      object("StatefulSet", "app", "shop", {
        labels: ours,
        spec: { selector: { matchLabels: ours }, updateStrategy: { rollingUpdate: { partition } } },
      });
    const pod = {
      ...of("Pod", "app-0"),
      spec: {
        volumes: [{ name: "files", configMap: { name: "files-old" } }],
        initContainers: [{ env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "init-old" } } }] }],
        containers: [{ envFrom: [{ configMapRef: { name: "env-old" } }], env: [{ name: "B", value: "plain" }] }],
      },
    };
    const old = ["files-old", "init-old", "env-old", "older"].map((name) => of("ConfigMap", name));
    const held = new FakeCluster([...release, set(1), pod, ...old]);
    await prune(held.cluster, [...release, set(1)]);
    assert.deepEqual(held.changes, ["delete ConfigMap shop/older"]);
    const released = new FakeCluster([...release, set(0), pod, ...old]);
    await prune(released.cluster, [...release, set(0)]);
    assert.equal(released.changes.length, old.length);
  });

  it("takes what is gone in the meantime for deleted", async () => {
    const fake = new FakeCluster([of("Service", "old")]);
    const { cluster } = fake;
    const list = cluster.objects.list.bind(cluster.objects);
    cluster.objects.list = async (...args: Parameters<typeof list>) => {
      const found = await list(...args);
      if (args[1] === "Service") fake.objects.clear();
      return found as never;
    };
    await prune(cluster, release);
    assert.deepEqual(fake.changes, []);
    assert.equal(fake.objects.size, 0);
  });
});
