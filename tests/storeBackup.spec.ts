import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { createStoreBackup, type StoreBackupArgs } from "../components/storeBackup.ts";
import { run, type Registered } from "./mocks.ts";
import { environment, labels, podTemplate } from "./storeBackups.ts";

// That the Jobs do what their scripts say is proved by the scripts' own tests and by the end-to-end suite.

const args: StoreBackupArgs = {
  instance: "shop-dev",
  namespace: "shop",
  engine: "valkey",
  image: "registry.example/valkey:8",
  replicas: 2,
  memory: "256Mi",
  keyPrefix: "sess:",
  corruptTail: "repair",
  tls: null,
  metrics: null,
  configName: "redis-config-1",
  passwordVersions: [2, 1],
  size: "1Gi",
  backup: { schedule: "0 3 * * *", keep: 7 },
  storageClassName: "nfs-client",
  accessMode: "ReadWriteMany",
};

const cronJob = "kubernetes:batch/v1:CronJob";
const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const claim = "kubernetes:core/v1:PersistentVolumeClaim";

/** Makes the objects below some component. */
const create = (overrides: Partial<StoreBackupArgs> = {}) =>
  run(() =>
    createStoreBackup("store", { ...args, ...overrides }, new pulumi.ComponentResource("test:index:Parent", "p")),
  );

const archives = { name: "backup", persistentVolumeClaim: { claimName: "session-store-backup" } };

describe("createStoreBackup", () => {
  it("makes a CronJob that backs up from a replica, the primary where none is in step, as the user backup", async () => {
    assert.deepEqual((await create()).find(cronJob, "store-backup").inputs, {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "session-store-backup", namespace: "shop", labels: labels("redis-backup") },
      spec: {
        schedule: "0 3 * * *",
        timeZone: "UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels: labels("redis-backup") },
          spec: {
            backoffLimit: 2,
            activeDeadlineSeconds: 3600,
            template: podTemplate({
              name: "redis-backup",
              script: "backup.sh",
              env: [
                { name: "SOURCES", value: "redis-1.redis.shop.svc redis-2.redis.shop.svc redis-0.redis.shop.svc" },
                { name: "KEEP", value: "7" },
              ],
              memory: "128Mi",
              password: "backup-2",
              volumes: [archives],
              mounts: [{ name: "backup", mountPath: "/backup" }],
              graceSeconds: 30,
            }),
          },
        },
      },
    });
  });

  it("makes a suspended CronJob as the template of restores, which reads the archives as the user admin", async () => {
    assert.deepEqual((await create()).find(cronJob, "store-restore").inputs, {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "session-store-restore", namespace: "shop", labels: labels("redis-restore") },
      spec: {
        schedule: "0 0 1 1 *",
        suspend: true,
        startingDeadlineSeconds: 60,
        failedJobsHistoryLimit: 3,
        successfulJobsHistoryLimit: 3,
        jobTemplate: {
          metadata: { labels: labels("redis-restore") },
          spec: {
            backoffLimit: 2,
            podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [1] } }] },
            ttlSecondsAfterFinished: 86_400,
            activeDeadlineSeconds: 3600,
            template: podTemplate({
              name: "redis-restore",
              script: "restore.sh",
              env: [
                { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
                { name: "ARCHIVE", value: "" },
              ],
              memory: "256Mi",
              password: "admin-2",
              volumes: [{ name: "upload", emptyDir: { sizeLimit: "1Gi" } }, archives],
              mounts: [
                { name: "upload", mountPath: "/upload" },
                { name: "backup", mountPath: "/backup", readOnly: true },
              ],
              graceSeconds: 90,
            }),
          },
        },
      },
    });
  });

  it("makes a claim for the archives, as large as the store's unless told otherwise", async () => {
    const spec = (storage: string) => ({
      accessModes: ["ReadWriteMany"],
      storageClassName: "nfs-client",
      resources: { requests: { storage } },
    });
    assert.deepEqual((await create()).find(claim, "store-archives").inputs, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: "session-store-backup",
        namespace: "shop",
        labels: labels("redis-backup"),
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: spec("1Gi"),
    });
    const larger = await create({ backup: { schedule: "0 3 * * *", keep: 7, size: "5Gi" } });
    assert.deepEqual(larger.find(claim, "store-archives").inputs.spec, spec("5Gi"));
  });

  it("without backups makes the template of restores alone, for archives that somebody brings along", async () => {
    const { resources, find } = await create({ backup: null });
    const made = resources.map(({ type, name }) => `${type} ${name}`).filter((line) => line.startsWith("kubernetes:"));
    assert.deepEqual(made.sort(), [`${cronJob} store-restore`, `${policy} store-restore-policy`]);
    const { volumes, containers } = podSpec(find(cronJob, "store-restore"));
    assert.deepEqual(volumes.at(-1), { name: "upload", emptyDir: { sizeLimit: "1Gi" } });
    assert.deepEqual(containers[0]?.volumeMounts.at(-1), { name: "upload", mountPath: "/upload" });
  });

  it("lets nobody connect to a backup, and the members alone to the server of a restore", async () => {
    const { find } = await create();
    const select = (name: string) => ({
      matchLabels: { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "shop-dev" },
    });
    assert.deepEqual(find(policy, "store-backup-policy").inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "session-store-backup", namespace: "shop", labels: labels("redis-backup") },
      spec: { podSelector: select("redis-backup"), policyTypes: ["Ingress"] },
    });
    assert.deepEqual(find(policy, "store-restore-policy").inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "session-store-restore", namespace: "shop", labels: labels("redis-restore") },
      spec: {
        podSelector: select("redis-restore"),
        policyTypes: ["Ingress"],
        ingress: [{ from: [{ podSelector: select("redis") }], ports: [{ protocol: "TCP", port: 6379 }] }],
      },
    });
  });

  it("backs a single pod up from itself", async () => {
    const { containers } = podSpec((await create({ replicas: 0 })).find(cronJob, "store-backup"));
    assert.deepEqual(containers[0]?.env.at(-2), { name: "SOURCES", value: "redis-0.redis.shop.svc" });
  });

  it("gives the certificates to both where the store has some", async () => {
    const { find } = await create({ tls: { secretName: "store-tls" } });
    for (const name of ["store-backup", "store-restore"]) {
      const { volumes, containers } = podSpec(find(cronJob, name));
      assert.deepEqual(containers[0]?.env.slice(0, 7), environment("yes"));
      assert.deepEqual(containers[0]?.volumeMounts[3], {
        name: "tls",
        mountPath: "/etc/session-store-tls",
        readOnly: true,
      });
      assert.deepEqual(volumes[3], { name: "tls", secret: { secretName: "store-tls" } });
    }
  });
});

interface PodSpec {
  volumes: unknown[];
  containers: { env: unknown[]; volumeMounts: unknown[] }[];
}

function podSpec({ inputs }: Registered): PodSpec {
  return (inputs.spec as { jobTemplate: { spec: { template: { spec: PodSpec } } } }).jobTemplate.spec.template.spec;
}
