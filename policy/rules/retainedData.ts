import type { V1PersistentVolumeSpec, V1StatefulSetSpec, V1StorageClass } from "@kubernetes/client-node";
import { groupKind, specOf } from "./pods.ts";
import type { KubernetesObject, Rule } from "./rule.ts";

export const retainedData: Rule = {
  name: "retained-data",
  description: "Sessions outlive the claim, the volume and the StatefulSet that they were written by.",
  scope: "object",
  check: (object) => {
    switch (groupKind(object)) {
      case "storage.k8s.io/StorageClass":
        return ofClass(object);
      case "apps/StatefulSet":
        return ofClaims(object);
      case "/PersistentVolume":
        return ofVolume(object);
      default:
        return [];
    }
  },
};

/** `onDelete: retain` keeps the directory of a volume that is deleted; both provisioners on NFS know it. */
function ofClass(object: KubernetesObject): string[] {
  const { reclaimPolicy = "Delete", parameters = {} } = object as Partial<V1StorageClass>;
  if (reclaimPolicy === "Retain" || parameters.onDelete === "retain") return [];
  return [
    "deletes what a volume holds with its claim; set parameters.onDelete to retain where the provisioner knows it, else reclaimPolicy to Retain",
  ];
}

/** Kubernetes keeps claims unless it is told otherwise. */
function ofClaims(object: KubernetesObject): string[] {
  const policy = specOf<V1StatefulSetSpec>(object).persistentVolumeClaimRetentionPolicy ?? {};
  return (["whenDeleted", "whenScaled"] as const)
    .filter((occasion) => (policy[occasion] ?? "Retain") !== "Retain")
    .map((occasion) => `deletes its claims; set persistentVolumeClaimRetentionPolicy.${occasion} to Retain`);
}

/** A volume that was made by hand is kept unless it says otherwise. */
function ofVolume(object: KubernetesObject): string[] {
  const { persistentVolumeReclaimPolicy = "Retain" } = specOf<V1PersistentVolumeSpec>(object);
  if (persistentVolumeReclaimPolicy === "Retain") return [];
  return ["goes with its claim; set persistentVolumeReclaimPolicy to Retain"];
}
