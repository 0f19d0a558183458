import assert from "node:assert/strict";
import type { V1DeploymentStatus, V1StatefulSetStatus } from "@kubernetes/client-node";
import { deploymentRolledOut, statefulSetRolledOut, waitForRollouts } from "../deploy/rollout.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// The statuses are those that Kubernetes 1.36 reports, which leaves out counts that are 0.

type Case<Status> = [title: string, status: Status | undefined, rolledOut: boolean];

const deployments: Case<V1DeploymentStatus>[] = [
  ["just created", undefined, false],
  ["that the controller has not seen yet", { observedGeneration: 1, ...all(3) }, false],
  ["whose pods are not made yet", { observedGeneration: 2 }, false],
  ["whose first pods start", { observedGeneration: 2, replicas: 3, updatedReplicas: 3, unavailableReplicas: 3 }, false],
  [
    "with one new pod beside the old ones",
    { observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 },
    false,
  ],
  [
    "with all pods new and an old one on its way out",
    { observedGeneration: 2, replicas: 4, updatedReplicas: 3, readyReplicas: 4, availableReplicas: 4 },
    false,
  ],
  [
    "with all pods new and available and a broken old one still there",
    { observedGeneration: 2, replicas: 4, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 },
    false,
  ],
  [
    "with a pod that is not available",
    { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 2, availableReplicas: 2 },
    false,
  ],
  ["done", { observedGeneration: 2, ...all(3) }, true],
  [
    "done, with a terminating pod that counts no more",
    { observedGeneration: 2, ...all(3), terminatingReplicas: 1 },
    true,
  ],
  ["already seen in a later generation", { observedGeneration: 3, ...all(3) }, true],
];

function all(count: number): V1DeploymentStatus {
  return { replicas: count, updatedReplicas: count, readyReplicas: count, availableReplicas: count };
}

const old = { currentRevision: "redis-5f", updateRevision: "redis-5f" };
const rolling = { currentRevision: "redis-5f", updateRevision: "redis-9c" };

const statefulSets: Case<V1StatefulSetStatus>[] = [
  ["just created", undefined, false],
  ["that the controller has not seen yet", { observedGeneration: 1, ...members(2), ...old }, false],
  [
    "whose first pod starts",
    { observedGeneration: 2, replicas: 1, updatedReplicas: 1, currentReplicas: 1, ...old },
    false,
  ],
  [
    "whose second pod is not there yet",
    { observedGeneration: 2, replicas: 1, readyReplicas: 1, updatedReplicas: 1, currentReplicas: 1, ...old },
    false,
  ],
  [
    "at the start of a rolling update, all old pods ready",
    { observedGeneration: 2, replicas: 2, readyReplicas: 2, currentReplicas: 2, ...rolling },
    false,
  ],
  [
    "in the middle of a rolling update",
    { observedGeneration: 2, replicas: 2, readyReplicas: 2, currentReplicas: 1, updatedReplicas: 1, ...rolling },
    false,
  ],
  [
    "with all pods new, before the controller says so (which it never does for OnDelete)",
    { observedGeneration: 2, replicas: 2, readyReplicas: 2, updatedReplicas: 2, ...rolling },
    false,
  ],
  [
    "with all pods new and one not ready",
    { observedGeneration: 2, replicas: 2, readyReplicas: 1, updatedReplicas: 2, ...rolling },
    false,
  ],
  [
    "that is scaled down, a pod too many being there",
    { observedGeneration: 2, replicas: 3, readyReplicas: 3, updatedReplicas: 3, currentReplicas: 3, ...old },
    false,
  ],
  [
    "that is scaled down, the last pod no longer ready but still there",
    { observedGeneration: 2, ...members(3), readyReplicas: 2, availableReplicas: 2, ...old },
    false,
  ],
  [
    "with a pod that is not ready",
    { observedGeneration: 2, replicas: 2, readyReplicas: 1, updatedReplicas: 2, currentReplicas: 2, ...old },
    false,
  ],
  ["done", { observedGeneration: 2, ...members(2), ...old }, true],
];

function members(count: number): V1StatefulSetStatus {
  return {
    replicas: count,
    readyReplicas: count,
    updatedReplicas: count,
    currentReplicas: count,
    availableReplicas: count,
  };
}

describe("a Deployment", () => {
  for (const [title, status, rolledOut] of deployments) {
    it(`${title} has ${rolledOut ? "" : "not "}rolled out`, () => {
      const spec = { replicas: 3, selector: {}, template: {} };
      assert.equal(deploymentRolledOut({ metadata: { generation: 2 }, spec, status }), rolledOut);
    });
  }
});

describe("a StatefulSet", () => {
  for (const [title, status, rolledOut] of statefulSets) {
    it(`${title} has ${rolledOut ? "" : "not "}rolled out`, () => {
      const spec = { replicas: 2, selector: {}, template: {}, serviceName: "redis" };
      assert.equal(statefulSetRolledOut({ metadata: { generation: 2 }, spec, status }), rolledOut);
    });
  }
});

describe("a StatefulSet with a partition", () => {
  const cases: Case<V1StatefulSetStatus>[] = [
    ["whose pods are all old", { observedGeneration: 2, ...members(3), updatedReplicas: undefined, ...rolling }, false],
    [
      "whose pods from there on are new",
      { observedGeneration: 2, ...members(3), updatedReplicas: 1, ...rolling },
      true,
    ],
    [
      "whose new pod is not ready for long enough",
      { observedGeneration: 2, ...members(3), updatedReplicas: 1, availableReplicas: 2, ...rolling },
      false,
    ],
  ];
  for (const [title, status, rolledOut] of cases) {
    it(`${title} has ${rolledOut ? "" : "not "}rolled out`, () => {
      const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 2 } };
      const spec = { replicas: 3, selector: {}, template: {}, serviceName: "app", updateStrategy };
      assert.equal(statefulSetRolledOut({ metadata: { generation: 2 }, spec, status }), rolledOut);
    });
  }
});

describe("waiting for rollouts", () => {
  const deployment = (status: V1DeploymentStatus) =>
    object("Deployment", "app", "shop", { spec: { replicas: 1, selector: {} }, status });
  const ready = deployment(all(1));
  const set = object("StatefulSet", "redis", "shop", { spec: { replicas: 2 }, status: { ...members(2), ...old } });

  it("ends when Deployments and StatefulSets have rolled out, and asks for nothing else", async () => {
    const { cluster } = new FakeCluster([ready, set]);
    await waitForRollouts(cluster, [object("Service", "app", "shop"), ready, set], 1);
  });

  it("goes on until one has", async () => {
    const fake = new FakeCluster([deployment({ replicas: 1 })]);
    const wait = waitForRollouts(fake.cluster, [ready], 5);
    fake.objects.set("Deployment shop/app", ready);
    await wait;
  });
});
