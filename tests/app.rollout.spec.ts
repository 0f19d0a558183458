import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { App } from "../components/app.ts";
import { argsFor, create, labels } from "./apps.ts";
import { run } from "./mocks.ts";

// That the engine and the API server keep the number of an autoscaler is proved by the end-to-end topic "app".

/** Options of the Deployment or the StatefulSet, or of another kind: mocks do not tell them. */
async function optionsOf(given: object, kind = /:(Deployment|StatefulSet)$/): Promise<pulumi.CustomResourceOptions> {
  let found: pulumi.CustomResourceOptions = {};
  const note: pulumi.ResourceTransformation = ({ type, opts }) => {
    if (kind.test(type)) found = opts;
    return undefined;
  };
  await run(() => new App("app", argsFor(given), { transformations: [note] }));
  return found;
}

describe("App's rollout", () => {
  it("is by the numbers that are given", async () => {
    const rollout = {
      maxUnavailable: "25%",
      maxSurge: 2,
      minReadySeconds: 5,
      deadlineSeconds: 60,
      history: 3,
    };
    const { spec } = (await create({ rollout, replicas: 8 })).deployment as unknown as {
      spec: Record<string, unknown>;
    };
    const { replicas, strategy, minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit } = spec;
    assert.deepEqual(
      { replicas, strategy, minReadySeconds, progressDeadlineSeconds, revisionHistoryLimit },
      {
        replicas: 8,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: 2 } },
        minReadySeconds: 5,
        progressDeadlineSeconds: 60,
        revisionHistoryLimit: 3,
      },
    );
  });

  for (const [title, given, seconds] of [
    ["three pods", {}, 310 + 2 * 120],
    ["one pod", { replicas: 1 }, 310],
    ["pods without probes", { health: { kind: "none" }, rollout: { minReadySeconds: 7 } }, 310 + 2 * 7],
    ["as many as an autoscaler may make", { autoscale: { min: 2, max: 11 } }, 310 + 10 * 120],
    ["a StatefulSet, whose pods go first", { workload: "statefulset", drainSeconds: 5 }, 310 + 2 * (120 + 35)],
  ] as const) {
    it(`is waited for as long as it may take: ${title}`, async () => {
      const { customTimeouts } = await optionsOf(given);
      assert.deepEqual(customTimeouts, { create: `${seconds}s`, update: `${seconds}s` });
    });
  }
});

describe("App's ConfigMaps", () => {
  it("stay when a StatefulSet has others, for the pods that a partition holds back", async () => {
    const retained = async (workload: string) =>
      (await optionsOf({ workload, env: { A: "1" } }, /:ConfigMap$/)).retainOnDelete;
    assert.equal(await retained("statefulset"), true);
    assert.equal(await retained("deployment"), false);
  });
});

describe("App's autoscaler", () => {
  const autoscale = { min: 2, max: 5, cpuPercent: 60, scaleDownSeconds: 30 };

  it("goes by the CPU of the application's own container", async () => {
    const { made } = await create({ autoscale });
    assert.deepEqual(made.find("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "app-autoscaler").inputs, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "app", namespace: "shop", labels },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "app" },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          {
            type: "ContainerResource",
            containerResource: {
              name: "cpu",
              container: "app",
              target: { type: "Utilization", averageUtilization: 60 },
            },
          },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 30 } },
      },
    });
  });

  it("starts from its least, and is left the number from then on", async () => {
    const { deployment } = await create({ autoscale });
    assert.equal(deployment.spec.replicas, 2);
    assert.equal(deployment.metadata.annotations, undefined);
    assert.deepEqual((await optionsOf({ autoscale })).ignoreChanges, ["spec.replicas"]);
  });

  it("is none by default: the number is the configuration's, taken back by force from whoever changed it", async () => {
    const { made, deployment } = await create({ replicas: 4 });
    assert.equal(made.resources.filter(({ type }) => type.endsWith("HorizontalPodAutoscaler")).length, 0);
    assert.equal(deployment.spec.replicas, 4);
    assert.deepEqual(deployment.metadata.annotations, { "pulumi.com/patchForce": "true" });
    assert.equal((await optionsOf({ replicas: 4 })).ignoreChanges, undefined);
  });
});
