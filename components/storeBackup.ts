import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, selectorLabels } from "./labels.ts";
import { backupCronJob, jobLabels, restoreCronJob, type BackupArgs } from "./redis/backupJobs.ts";
import * as names from "./redis/names.ts";
import { backupPolicy, restorePolicy } from "./redis/protection.ts";

export interface StoreBackupArgs extends BackupArgs {
  /** StorageClass of the archives' claim. */
  storageClassName: pulumi.Input<string>;
  /** `ReadWriteMany` on NFS, `ReadWriteOnce` on block storage. */
  accessMode: "ReadWriteMany" | "ReadWriteOnce";
}

/** What backs the store up, where that is wanted, what restores it, and who may connect to their pods. */
export function createStoreBackup(name: string, args: StoreBackupArgs, parent: pulumi.Resource): void {
  const { instance, namespace, backup } = args;
  new k8s.batch.v1.CronJob(
    `${name}-restore`,
    {
      metadata: { name: names.restore, namespace, labels: jobLabels("redis-restore", instance) },
      spec: restoreCronJob(args),
    },
    { parent },
  );
  const restorers = selectorLabels({ name: "redis-restore", instance });
  const members = selectorLabels({ name: "redis", instance });
  new k8s.networking.v1.NetworkPolicy(
    `${name}-restore-policy`,
    {
      metadata: { name: names.restore, namespace, labels: jobLabels("redis-restore", instance) },
      spec: restorePolicy(restorers, members),
    },
    { parent },
  );
  if (backup === null) return;
  new k8s.networking.v1.NetworkPolicy(
    `${name}-backup-policy`,
    {
      metadata: { name: names.backup, namespace, labels: jobLabels("redis-backup", instance) },
      spec: backupPolicy(selectorLabels({ name: "redis-backup", instance })),
    },
    { parent },
  );
  const claim = new k8s.core.v1.PersistentVolumeClaim(
    `${name}-archives`,
    {
      metadata: {
        name: names.backup,
        namespace,
        labels: labels({ name: "redis-backup", instance }, "session-store"),
        // A class may bind a claim only when a pod needs it, which is at the first backup.
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        accessModes: [args.accessMode],
        storageClassName: args.storageClassName,
        resources: { requests: { storage: backup.size ?? args.size } },
      },
    },
    // Switching backups off is no order to throw the archives away.
    { parent, retainOnDelete: true },
  );
  new k8s.batch.v1.CronJob(
    `${name}-backup`,
    {
      metadata: { name: names.backup, namespace, labels: jobLabels("redis-backup", instance) },
      spec: backupCronJob(args, backup),
    },
    { parent, dependsOn: claim },
  );
}
