import assert from "node:assert/strict";
import { apply } from "../deploy/apply.ts";
import { withLiveReplicas } from "../deploy/replicas.ts";
import { inMemory } from "../deploy/secrets.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, notFound, object } from "./fakeCluster.ts";

// That field ownership works out as the comments say is proved by the end-to-end suite.

const labels = { "app.kubernetes.io/instance": "shop-dev", "app.kubernetes.io/part-of": "session-stack" };
const app = (spec: Record<string, unknown>) => object("Deployment", "app", "shop", { labels, spec });
const scaler = object("HorizontalPodAutoscaler", "app", "shop", {
  labels,
  spec: { scaleTargetRef: { kind: "Deployment", name: "app" }, minReplicas: 2, maxReplicas: 6 },
});
const rendered = app({ minReadySeconds: 5 });
const service = object("Service", "app", "shop", { labels });

describe("replicas of a workload with an autoscaler", () => {
  const cases: [title: string, live: KubernetesObject[], replicas: number][] = [
    ["are those that it has", [app({ replicas: 4 })], 4],
    ["are the autoscaler's least for a new one", [], 2],
    ["are the autoscaler's least where there are fewer", [app({ replicas: 1 })], 2],
    ["are the autoscaler's least where there are none, which would switch it off", [app({ replicas: 0 })], 2],
    ["are those that it has beyond the autoscaler's most, who takes them away", [app({ replicas: 9 })], 9],
  ];
  for (const [title, live, replicas] of cases) {
    it(title, async () => {
      const { cluster } = new FakeCluster(live);
      assert.deepEqual(await withLiveReplicas(cluster, [service, rendered, scaler]), [
        service,
        app({ minReadySeconds: 5, replicas }),
        scaler,
      ]);
    });
  }

  it("are nobody's business where there is no autoscaler", async () => {
    const fixed = app({ replicas: 3 });
    assert.deepEqual(await withLiveReplicas(new FakeCluster([app({ replicas: 4 })]).cluster, [fixed]), [fixed]);
  });

  it("are applied, and are not guessed when the API server does not say them", async () => {
    const fake = new FakeCluster([app({ replicas: 5 })]);
    await apply(fake.cluster, [rendered, scaler], inMemory());
    assert.deepEqual(fake.changes, ["apply Deployment shop/app", "apply HorizontalPodAutoscaler shop/app"]);
    assert.deepEqual(fake.objects.get("Deployment shop/app")?.spec, { minReadySeconds: 5, replicas: 5 });

    const { cluster } = new FakeCluster();
    cluster.objects.read = () => Promise.reject(new Error("connect ECONNREFUSED"));
    await assert.rejects(apply(cluster, [rendered, scaler], inMemory()), { message: "connect ECONNREFUSED" });
  });
});

describe("an autoscaler that is no longer wanted", () => {
  const fixed = app({ replicas: 3 });

  it("goes before anything is applied, and nothing else goes", async () => {
    const fake = new FakeCluster([app({ replicas: 5 }), scaler, object("Service", "old", "shop", { labels })]);
    await apply(fake.cluster, [service, fixed], inMemory());
    assert.deepEqual(fake.changes, [
      "delete HorizontalPodAutoscaler shop/app",
      "apply Service shop/app",
      "apply Deployment shop/app",
    ]);
  });

  it("stays where it is somebody else's", async () => {
    const theirs = object("HorizontalPodAutoscaler", "theirs", "shop", { labels: {} });
    const fake = new FakeCluster([theirs]);
    await apply(fake.cluster, [fixed], inMemory());
    assert.deepEqual(fake.changes, ["apply Deployment shop/app"]);
  });

  it("may be gone in the meantime", async () => {
    const fake = new FakeCluster([scaler]);
    fake.failures.set("delete HorizontalPodAutoscaler shop/app", notFound("app"));
    await apply(fake.cluster, [fixed], inMemory());
    assert.deepEqual(fake.changes, ["apply Deployment shop/app"]);
  });
});
