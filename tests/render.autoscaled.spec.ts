import assert from "node:assert/strict";
import { autoscaled, withoutScaledReplicas } from "../render/autoscaled.ts";
import { inInstallOrder } from "../render/order.ts";
import { object } from "./fakeCluster.ts";

const scaler = (kind: string, name: string, place: string, minReplicas?: number) => ({
  ...object("HorizontalPodAutoscaler", "app", place, {
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind, name }, minReplicas, maxReplicas: 6 },
  }),
  apiVersion: "autoscaling/v2",
});
const workload = (kind: string, name: string, place: string) =>
  object(kind, name, place, { spec: { replicas: 3, minReadySeconds: 5 } });

describe("an autoscaler", () => {
  it("says which workload has how many replicas at least, which is 1 unless it says so", () => {
    const objects = [
      workload("Deployment", "app", "shop"),
      scaler("Deployment", "app", "shop", 2),
      scaler("StatefulSet", "db", "x"),
    ];
    assert.deepEqual(autoscaled(objects), [
      { target: "Deployment shop/app", minReplicas: 2 },
      { target: "StatefulSet x/db", minReplicas: 1 },
    ]);
  });

  it("takes the replicas out of its workload, and of no other kind, name or namespace", () => {
    const others = [
      workload("StatefulSet", "app", "shop"),
      workload("Deployment", "redis", "shop"),
      workload("Deployment", "app", "other"),
    ];
    const hpa = scaler("Deployment", "app", "shop", 2);
    const scaled = object("Deployment", "app", "shop", { spec: { minReadySeconds: 5 } });
    assert.deepEqual(withoutScaledReplicas([workload("Deployment", "app", "shop"), ...others, hpa]), [
      scaled,
      ...others,
      hpa,
    ]);
  });

  it("is installed after its workload", () => {
    const sorted = [workload("Deployment", "z", "shop"), scaler("Deployment", "z", "shop")];
    assert.deepEqual(inInstallOrder(sorted.toReversed()), sorted);
  });
});
