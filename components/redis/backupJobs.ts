import type { types } from "@pulumi/kubernetes";
import { labels, storeClientLabel } from "../labels.ts";
import * as names from "./names.ts";
import { storeContainer, storeMounts, storePod, storeVolumes, type MemberArgs } from "./pod.ts";

type CronJobSpec = types.input.batch.v1.CronJobSpec;
type JobSpec = types.input.batch.v1.JobSpec;
type EnvVar = types.input.core.v1.EnvVar;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

export interface BackupSettings {
  /** When, in cron's five fields, UTC. */
  schedule: string;
  /** Archives that are kept, at least 1. */
  keep: number;
  /** Size of the claim for them, a Kubernetes quantity; default: the store's own. */
  size?: string;
}

export interface BackupArgs extends MemberArgs {
  /** Read and backup copies beside the primary. */
  replicas: number;
  /** Versions of the passwords that are accepted, the one in use first. */
  passwordVersions: number[];
  /** Size of each member's claim. */
  size: string;
  /** null: no regular backups; restoring an archive that somebody brings along is possible all the same. */
  backup: BackupSettings | null;
}

/** Seconds for a Job from its start to its end. backup.sh relies on it: what is older has been left behind. */
const jobDeadline = 3600;

const archives: Volume = { name: "backup", persistentVolumeClaim: { claimName: names.backup } };

type JobName = "redis-backup" | "redis-restore";

/** Labels of the pods and of what makes them. Never those of the members, by which Services find their pods. */
export const jobLabels = (name: JobName, instance: string) => labels({ name, instance }, "session-store");

/** Makes an archive at each time of the schedule. A missed one is made up for within an hour. */
export function backupCronJob(args: BackupArgs, { schedule, keep }: BackupSettings): CronJobSpec {
  const env: EnvVar[] = [
    { name: "SOURCES", value: sources(args).join(" ") },
    { name: "KEEP", value: String(keep) },
  ];
  return {
    schedule,
    timeZone: "UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 3600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels: jobLabels("redis-backup", args.instance) },
      spec: {
        backoffLimit: 2,
        ...jobSpec(args, {
          name: "redis-backup",
          script: "backup.sh",
          user: "backup",
          env,
          memory: "128Mi",
          volumes: [archives],
          mounts: [{ name: "backup", mountPath: "/backup" }],
          graceSeconds: 30,
        }),
      },
    },
  };
}

/** Replicas first, so that copying costs the primary nothing; the primary where none is in step. */
function sources({ namespace, replicas }: BackupArgs): string[] {
  const ordinals = Array.from({ length: replicas }, (_, index) => index + 1);
  return [...ordinals, 0].map((ordinal) => names.memberHost(namespace, ordinal));
}

/**
 * Template of the Jobs that restore an archive: kubectl create job --from=cronjob/session-store-restore. It never runs
 * by itself. There with or without regular backups, for an archive may come from another stack, and reinstalling
 * something to get data back is the wrong moment for it.
 */
export function restoreCronJob(args: BackupArgs): CronJobSpec {
  const hasArchives = args.backup !== null;
  return {
    schedule: "0 0 1 1 *",
    suspend: true,
    // Who takes `suspend` away by mistake does not get at once what the schedule has missed.
    startingDeadlineSeconds: 60,
    failedJobsHistoryLimit: 3,
    successfulJobsHistoryLimit: 3,
    jobTemplate: {
      metadata: { labels: jobLabels("redis-restore", args.instance) },
      spec: {
        // A pod that was killed has left redis-0 without a primary, and its successor puts that right. What the script
        // itself calls an end is one.
        backoffLimit: 2,
        podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [1] } }] },
        ttlSecondsAfterFinished: 86_400,
        ...jobSpec(args, {
          name: "redis-restore",
          script: "restore.sh",
          user: "admin",
          env: [
            { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
            { name: "ARCHIVE", value: "" },
          ],
          // It holds all sessions for a while, as a member does.
          memory: args.memory,
          volumes: [{ name: "upload", emptyDir: { sizeLimit: args.size } }, ...(hasArchives ? [archives] : [])],
          mounts: [
            { name: "upload", mountPath: "/upload" },
            ...(hasArchives ? [{ name: "backup", mountPath: "/backup", readOnly: true }] : []),
          ],
          // Setting redis-0 back may take a restart of it.
          graceSeconds: 90,
        }),
      },
    },
  };
}

interface JobPod {
  name: JobName;
  script: string;
  /** The one user whose password the pod gets, as the file `password`. */
  user: (typeof names.users)[number];
  env: EnvVar[];
  memory: string;
  volumes: Volume[];
  mounts: VolumeMount[];
  graceSeconds: number;
}

function jobSpec(args: BackupArgs, pod: JobPod): JobSpec {
  const { env, ...container } = storeContainer(args, pod.script);
  return {
    activeDeadlineSeconds: jobDeadline,
    template: {
      metadata: { labels: { ...jobLabels(pod.name, args.instance), ...storeClientLabel } },
      spec: {
        ...storePod(),
        restartPolicy: "Never",
        terminationGracePeriodSeconds: pod.graceSeconds,
        containers: [
          {
            name: pod.name,
            ...container,
            env: [...(env as EnvVar[]), ...pod.env],
            resources: { requests: { cpu: "50m", memory: pod.memory }, limits: { memory: pod.memory } },
            volumeMounts: [...storeMounts(args), ...pod.mounts],
          },
        ],
        volumes: [...storeVolumes(args).map((volume) => onlyUser(volume, args, pod.user)), ...pod.volumes],
      },
    },
  };
}

/** The volume of the passwords with one of them in it; others as they are. */
function onlyUser(volume: Volume, { passwordVersions: [current = 1] }: BackupArgs, user: JobPod["user"]): Volume {
  if (volume.name !== "users") return volume;
  const items = [{ key: names.passwordKey(user, current), path: "password" }];
  return { name: "users", secret: { secretName: names.usersSecret, items } };
}
