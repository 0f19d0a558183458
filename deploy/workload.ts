import type { V1Deployment, V1Pod, V1ReplicaSet, V1StatefulSet } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";

/** A workload as the API server has it. */
export type Workload = { kind: "Deployment"; object: V1Deployment } | { kind: "StatefulSet"; object: V1StatefulSet };

/** The pods of a workload: those of the version that it rolls out, and the others. */
export interface Versions {
  updated: V1Pod[];
  old: V1Pod[];
}

/** Annotation by which a Deployment and its ReplicaSets count versions. */
const revision = "deployment.kubernetes.io/revision";

/** The pods that a workload has now. */
export async function versionsOf({ core, apps }: Cluster, workload: Workload): Promise<Versions> {
  const { metadata, spec } = workload.object;
  const scope = { namespace: metadata?.namespace ?? "", labelSelector: selectorOf(spec?.selector.matchLabels) };
  const [pods, replicaSets] = await Promise.all([
    core.listNamespacedPod(scope),
    workload.kind === "Deployment" ? apps.listNamespacedReplicaSet(scope) : { items: [] },
  ]);
  return byVersion(workload, pods.items, replicaSets.items);
}

/**
 * Parts pods by their version; those on their way out are of neither.
 * @param replicaSets those among which a Deployment's are
 */
export function byVersion(workload: Workload, pods: V1Pod[], replicaSets: V1ReplicaSet[] = []): Versions {
  const [label, current] = updatedLabel(workload, replicaSets);
  const staying = pods.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  const isUpdated = ({ metadata }: V1Pod) => current !== undefined && metadata?.labels?.[label] === current;
  return { updated: staying.filter(isUpdated), old: staying.filter((pod) => !isUpdated(pod)) };
}

/** Name and value of the new version's label; no value before the controller has seen that version. */
function updatedLabel(
  { kind, object }: Workload,
  replicaSets: V1ReplicaSet[],
): [label: string, value: string | undefined] {
  if (kind === "StatefulSet") return ["controller-revision-hash", object.status?.updateRevision];
  const { uid, annotations } = object.metadata ?? {};
  const newest = replicaSets.find(
    ({ metadata }) =>
      metadata?.ownerReferences?.some((owner) => owner.uid === uid) &&
      metadata.annotations?.[revision] === annotations?.[revision],
  );
  return ["pod-template-hash", newest?.metadata?.labels?.["pod-template-hash"]];
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
}

/** Labels as the API server takes them to select by. */
export function selectorOf(labels: Record<string, string> = {}): string {
  return Object.entries(labels)
    .map((label) => label.join("="))
    .join(",");
}
