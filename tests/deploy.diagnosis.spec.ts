import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { diagnose } from "../deploy/diagnosis.ts";
import { byVersion, type Workload } from "../deploy/workload.ts";
import { deployment, pod, ready, replicaSets, running, statefulSet, warning } from "./pods.ts";

const names = (pods: V1Pod[]) => pods.map(({ metadata }) => metadata?.name);
const app: Workload = { kind: "Deployment", object: deployment() };
const leaving = pod("app-gone", "new", ready);
leaving.metadata = { ...leaving.metadata, deletionTimestamp: new Date(0) };

const badImage = running({ waiting: { reason: "ImagePullBackOff", message: "no such image" } });
const unready = [warning("Pod", "app-2", "Unhealthy", "Readiness probe failed: 503")];
const quota = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" };
const limited: Workload = { kind: "Deployment", object: deployment({ conditions: [quota] }) };

describe("the pods of a rollout", () => {
  const pods = [pod("app-1", "old", ready), pod("app-2", "new"), leaving];

  it("are of the Deployment's newest ReplicaSet or not, or on their way out", () => {
    const { updated, old } = byVersion(app, pods, replicaSets);
    assert.deepEqual([names(updated), names(old)], [["app-2"], ["app-1"]]);
  });

  it("are all old as long as there is no ReplicaSet for the new version", () => {
    const { updated, old } = byVersion(app, pods, replicaSets.slice(0, 2));
    assert.deepEqual([names(updated), names(old)], [[], ["app-1", "app-2"]]);
  });

  it("are of the StatefulSet's newest revision or not", () => {
    const { updated, old } = byVersion({ kind: "StatefulSet", object: statefulSet(3) }, pods);
    assert.deepEqual([names(updated), names(old)], [["app-2"], ["app-1"]]);
  });
});

describe("a diagnosis", () => {
  const cases: [title: string, workload: Workload, updated: V1Pod[], old: V1Pod[], why?: string, serving?: string][] = [
    [
      "names the pod that waiting helps least, and the old version that serves",
      app,
      [pod("app-2", "new", running({ running: {} })), pod("app-3", "new", badImage)],
      [pod("app-1", "old", ready)],
      "pod app-3: ImagePullBackOff: no such image",
      "the old version still serves",
    ],
    [
      "names a pod before what keeps others from being made",
      limited,
      [pod("app-1", "new", ready), pod("app-2", "new", running({ running: {} }))],
      [],
      "pod app-2: Unhealthy: Readiness probe failed: 503",
      "1 of 2 pods serve",
    ],
    [
      "names what keeps pods from being made before old ones",
      limited,
      [],
      [pod("app-3", "old", badImage)],
      "FailedCreate: exceeded quota",
      "nothing serves",
    ],
    [
      "names an old pod where there is nothing else",
      app,
      [],
      [pod("app-3", "old", badImage)],
      "pod app-3: ImagePullBackOff: no such image",
      "nothing serves",
    ],
    ["knows nothing where nobody complains", app, [pod("app-9", "new")], [], undefined, "nothing serves"],
  ];
  for (const [title, workload, updated, old, why, serving] of cases) {
    it(title, () => assert.deepEqual(diagnose(workload, { updated, old }, unready), { why, serving }));
  }
});
