import { isCustom, type KubernetesObject } from "./objects.ts";

/** Stands for every kind of a controller: its objects refer to Services, and an Ingress may refer to them. */
const custom = "";

/**
 * Kinds in the order in which they can be installed: what others refer to comes first.
 * @see https://github.com/helm/helm/blob/main/pkg/release/v1/util/kind_sorter.go (the same idea, fewer kinds)
 */
const installOrder = [
  "Namespace",
  "NetworkPolicy",
  "PodDisruptionBudget",
  "StorageClass",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "Secret",
  "ConfigMap",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
  "Deployment",
  "StatefulSet",
  "HorizontalPodAutoscaler",
  "Job",
  "CronJob",
  custom,
  "Ingress",
];

/**
 * Sorts objects for installation, then by namespace and name: registration order is not source order.
 * @throws Error for a kind whose place is not known, which would otherwise end up anywhere.
 */
export function inInstallOrder(objects: KubernetesObject[]): KubernetesObject[] {
  return objects
    .map((object) => ({ object, key: sortKey(object) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ object }) => object);
}

function sortKey(object: KubernetesObject): string {
  const { kind, metadata } = object;
  const rank = installOrder.indexOf(isCustom(object) ? custom : kind);
  if (rank === -1) throw new Error(`render/order.ts does not know when to install a ${kind}`);
  return [String(rank).padStart(2, "0"), metadata.namespace ?? "", metadata.name, kind].join("\0");
}
