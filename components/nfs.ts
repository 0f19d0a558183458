import type { types } from "@pulumi/kubernetes";

/** The decisions behind the NFS storage, as plain data. */

export type Directories = "stable" | "unique";

/**
 * The provisioner's `pathPattern`. Without one it makes `<namespace>-<claim>-<volume>`.
 * Flat on purpose: v4.0.2 deletes a nested directory by its last element alone, wherever that is
 * (nfs-subdir-external-provisioner#91), and an empty pattern mounts the whole export.
 */
export function pathPattern(directories: Directories, prefix: string): { pathPattern?: string } {
  return directories === "stable" ? { pathPattern: `${prefix}-\${.PVC.namespace}-\${.PVC.name}` } : {};
}

/**
 * Parameters of a class of csi-driver-nfs. `mountPermissions` 0 leaves a directory's mode alone: the kubelet gives it to
 * the pod's group, which takes an export with no_root_squash (csi-driver-nfs#434).
 * @see https://github.com/kubernetes-csi/csi-driver-nfs/blob/master/docs/driver-parameters.md
 */
export function csiParameters(args: { server: string; path: string; directories: Directories; prefix: string }) {
  const stable = `${args.prefix}-\${pvc.metadata.namespace}-\${pvc.metadata.name}`;
  return {
    server: args.server,
    share: args.path,
    subDir: args.directories === "stable" ? stable : `${stable}-\${pv.metadata.name}`,
    onDelete: "retain",
    mountPermissions: "0",
  };
}

/** The directory of a claim below the export, where it can be known beforehand. */
export function stableDirectory(prefix: string, namespace: string, claim: string): string {
  return `${prefix}-${namespace}-${claim}`;
}

/** What every provisioner does across the cluster. @see the project's deploy/rbac.yaml */
export const provisionerRules = [
  { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["persistentvolumes"], verbs: ["get", "list", "watch", "create", "delete", "patch"] },
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch", "update"] },
  { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "update", "patch"] },
];

/** Its lock: v4.0.2 elects a leader on an Endpoints object, newer ones on a Lease. */
export const leaderElectionRules = [
  { apiGroups: [""], resources: ["endpoints"], verbs: ["get", "list", "watch", "create", "update", "patch"] },
  {
    apiGroups: ["coordination.k8s.io"],
    resources: ["leases"],
    verbs: ["get", "list", "watch", "create", "update", "patch"],
  },
];

/** A static volume for a whole export, bound beforehand to the one claim that may have it. */
export function claimedVolume(
  args: { server: string; path: string; namespace: string; mountOptions: string[] },
  claimName: string,
): types.input.core.v1.PersistentVolumeSpec {
  return {
    // A number is required and nothing reads it: NFS knows no quota here.
    capacity: { storage: "1Mi" },
    accessModes: ["ReadWriteMany"],
    storageClassName: "",
    persistentVolumeReclaimPolicy: "Retain",
    mountOptions: args.mountOptions,
    nfs: { server: args.server, path: args.path },
    claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: args.namespace, name: claimName },
  };
}
