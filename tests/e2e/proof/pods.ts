import type { V1Pod } from "@kubernetes/client-node";
import { orUndefined, type Cluster } from "../../../deploy/cluster.ts";
import { eventually } from "../../../deploy/eventually.ts";
import { exec } from "../../../deploy/exec.ts";

/** The pods of one stack, as the proof handles them. */
export interface Pods {
  cluster: Cluster;
  namespace: string;
}

const podDeadline = 120;

export async function readPod({ cluster, namespace }: Pods, name: string): Promise<V1Pod> {
  return cluster.core.readNamespacedPod({ name, namespace });
}

/** Deletes a pod as `kubectl delete pod` does, without waiting. Returns its unique id. */
export async function deletePod(pods: Pods, name: string): Promise<string> {
  const { metadata } = await readPod(pods, name);
  await pods.cluster.core.deleteNamespacedPod({ name, namespace: pods.namespace });
  return metadata?.uid ?? "";
}

/** Waits until the pod is gone, or another with its name stands in its place. */
export async function podGone({ cluster, namespace }: Pods, name: string, uid: string): Promise<void> {
  await eventually(`pod ${name} to go`, podDeadline, async () => {
    const pod = await orUndefined(cluster.core.readNamespacedPod({ name, namespace }));
    return pod?.metadata?.uid !== uid;
  });
}

/** Deletes a StatefulSet's pod and waits until its successor is ready. */
export async function replacePod(pods: Pods, name: string): Promise<V1Pod> {
  return readySuccessor(pods, name, await deletePod(pods, name));
}

/** Waits until a pod of this name other than `uid` is ready. */
export async function readySuccessor(pods: Pods, name: string, uid: string): Promise<V1Pod> {
  return eventually(`a new ${name} to be ready`, podDeadline, async () => {
    const pod = await readPod(pods, name);
    return pod.metadata?.uid !== uid && isReady(pod) ? pod : undefined;
  });
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
}

/** Waits until all of the application's pods are ready and none is on its way out. */
export async function settled(pods: Pods, deployment: string): Promise<void> {
  await eventually(`Deployment ${deployment} to settle`, podDeadline, async () => {
    const { namespace, cluster } = pods;
    const { spec } = await cluster.apps.readNamespacedDeployment({ name: deployment, namespace });
    const labelSelector = `app.kubernetes.io/name=${deployment}`;
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector });
    return items.length === spec?.replicas && items.every((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp);
  });
}

/** Names of the application's pods. */
export async function podNames({ cluster, namespace }: Pods): Promise<string[]> {
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: "app.kubernetes.io/name=app" });
  return items.map(({ metadata }) => metadata?.name ?? "");
}

/** Asks a member of the store as an operator would. */
export async function askStore(pods: Pods, member: string, ...command: string[]): Promise<string> {
  const answer = await exec(pods.cluster, pods.namespace, member, ["sh", "/etc/session-store/ask.sh", ...command]);
  return answer.trim();
}

/** The addresses a name has inside a pod. */
export async function resolveIn(pods: Pods, pod: string, name: string): Promise<string[]> {
  const answer = await exec(pods.cluster, pods.namespace, pod, ["getent", "ahostsv4", name]);
  return [
    ...new Set(
      answer
        .trim()
        .split("\n")
        .map((line) => line.split(/\s+/)[0] ?? ""),
    ),
  ];
}
