import type {
  V1ContainerState,
  V1ContainerStatus,
  V1Deployment,
  V1DeploymentStatus,
  V1Pod,
  V1ReplicaSet,
  V1StatefulSet,
} from "@kubernetes/client-node";
import type { CoreV1Event } from "@kubernetes/client-node";

/** Objects of a rollout as Kubernetes 1.36 reports them, with as much of them as is looked at. */

export const labels = { "app.kubernetes.io/name": "app" };
const selector = { matchLabels: labels };

/** A Deployment whose second version rolls out, and its ReplicaSets, whose pods have the hashes `new` and `old`. */
export function deployment(status: V1DeploymentStatus = {}): V1Deployment {
  const annotations = { "deployment.kubernetes.io/revision": "2" };
  return {
    metadata: { name: "app", namespace: "shop", uid: "app", generation: 2, annotations },
    spec: { replicas: 3, selector, template: {} },
    status: { observedGeneration: 2, ...status },
  };
}

export const replicaSets: V1ReplicaSet[] = [
  ["other", "2", "another"],
  ["old", "1", "app"],
  ["new", "2", "app"],
].map(([hash = "", revision = "", uid = ""]) => ({
  metadata: {
    name: `app-${hash}`,
    namespace: "shop",
    labels: { ...labels, "pod-template-hash": hash },
    annotations: { "deployment.kubernetes.io/revision": revision },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: uid, uid }],
  },
}));

/** A StatefulSet whose second version rolls out; its pods have the hashes `new` and `old`. */
export function statefulSet(replicas: number, spec: object = {}): V1StatefulSet {
  return {
    metadata: { name: "app", namespace: "shop", uid: "app", generation: 2 },
    spec: { replicas: 3, selector, serviceName: "app", template: {}, ...spec },
    status: { observedGeneration: 2, replicas, currentRevision: "old", updateRevision: "new" },
  };
}

type Status = Partial<V1Pod["status"]>;

export function pod(name: string, hash: "new" | "old", status: Status = {}): V1Pod {
  const hashes = { "pod-template-hash": hash, "controller-revision-hash": hash };
  return { metadata: { name, namespace: "shop", uid: name, labels: { ...labels, ...hashes } }, status };
}

export const ready: Status = { conditions: [{ type: "Ready", status: "True" }] };

/** A pod that has a node and this in its container. */
export const running = (state: V1ContainerState, more: Partial<V1ContainerStatus> = {}): Status => ({
  phase: "Pending",
  conditions: [
    { type: "PodScheduled", status: "True" },
    { type: "Ready", status: "False" },
  ],
  containerStatuses: [container("app", state, more)],
});

export function container(
  name: string,
  state: V1ContainerState,
  more: Partial<V1ContainerStatus> = {},
): V1ContainerStatus {
  return { name, state, ready: false, restartCount: 0, image: "", imageID: "", ...more };
}

/** A warning about an object of the same uid, so many seconds after others. */
export function warning(kind: string, name: string, reason: string, message: string, seconds = 0): CoreV1Event {
  return {
    metadata: { name: `${name}-${reason}-${seconds}`, namespace: "shop" },
    type: "Warning",
    reason,
    message,
    involvedObject: { kind, name, uid: name },
    lastTimestamp: new Date(seconds * 1000),
  };
}
