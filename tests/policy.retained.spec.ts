import { retainedData } from "../policy/rules/retainedData.ts";
import { clusterWide, object, takesOrRefuses } from "./policies.ts";

const storageClass = (fields: object) => clusterWide("storage.k8s.io/v1", "StorageClass", "nfs-client", fields);
const statefulSet = (persistentVolumeClaimRetentionPolicy?: object) =>
  object("apps/v1", "StatefulSet", "redis", { spec: { persistentVolumeClaimRetentionPolicy } });
const volume = (persistentVolumeReclaimPolicy?: string) =>
  clusterWide("v1", "PersistentVolume", "export", { spec: { persistentVolumeReclaimPolicy } });

const deletingClass =
  "StorageClass nfs-client: deletes what a volume holds with its claim; set parameters.onDelete to retain where the provisioner knows it, else reclaimPolicy to Retain";
const deletingSet = (occasion: string) =>
  `StatefulSet shop/redis: deletes its claims; set persistentVolumeClaimRetentionPolicy.${occasion} to Retain`;

describe("the policy retained-data", () => {
  takesOrRefuses(retainedData, [
    ["a class that keeps directories", storageClass({ reclaimPolicy: "Delete", parameters: { onDelete: "retain" } })],
    ["a class that keeps volumes", storageClass({ reclaimPolicy: "Retain" })],
    ["a class that says nothing, which deletes", storageClass({}), deletingClass],
    ["a class that deletes directories", storageClass({ parameters: { onDelete: "delete" } }), deletingClass],
    ["a set that keeps its claims", statefulSet({ whenDeleted: "Retain", whenScaled: "Retain" })],
    ["a set that says nothing, which keeps them", statefulSet()],
    ["a set that is deleted with its claims", statefulSet({ whenDeleted: "Delete" }), deletingSet("whenDeleted")],
    [
      "a set that is scaled with its claims",
      statefulSet({ whenDeleted: "Retain", whenScaled: "Delete" }),
      deletingSet("whenScaled"),
    ],
    ["a volume that is kept", volume("Retain")],
    ["a volume that says nothing, which is kept", volume()],
    [
      "a volume that goes",
      volume("Delete"),
      "PersistentVolume export: goes with its claim; set persistentVolumeReclaimPolicy to Retain",
    ],
  ]);
});
