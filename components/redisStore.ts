import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createConfigMap, type NamedConfigMap } from "./configMap.ts";
import { labels, selectorLabels } from "./labels.ts";
import { redisConf, type RedisConf } from "./redis/conf.ts";
import type { BackupSettings } from "./redis/backupJobs.ts";
import { metricsAnnotations } from "./redis/metrics.ts";
import * as names from "./redis/names.ts";
import { createPasswords } from "./redis/passwords.ts";
import { memberPod } from "./redis/pod.ts";
import { createClientServices, createHeadlessService } from "./redis/services.ts";
import { createStoreBackup } from "./storeBackup.ts";
import { createStoreProtection } from "./storeProtection.ts";

export interface RedisStoreArgs extends Omit<RedisConf, "tls"> {
  /** Value of the label app.kubernetes.io/instance. */
  instance: string;
  /** Namespace of the stack, which exists. */
  namespace: string;
  engine: "valkey" | "redis";
  /** Image with `<engine>-server`, `<engine>-cli`, `<engine>-check-aof`, `<engine>-check-rdb` and a shell, whose data folder uid 999 can write to. */
  image: string;
  /** Read and backup copies beside the primary; 0 makes a single pod. */
  replicas: number;
  /** Size of each member's claim, a Kubernetes quantity. Immutable: a claim is resized by hand. */
  size: string;
  /** What the keys of the application's user begin with; it can reach no others. */
  keyPrefix: string;
  /** What happens to the damaged end of an append-only file: `repair` copies it aside and cuts it off, `refuse` holds the pod. */
  corruptTail: "repair" | "refuse";
  /** Secret with tls.crt, tls.key and ca.crt, which makes clients and replicas connect by TLS; null: plain text. */
  tls: { secretName: string } | null;
  /** Exporter of metrics beside each member; null: none. */
  metrics: { image: string } | null;
  /** Versions of the passwords that are accepted, the one in use first. */
  passwordVersions: number[];
  /** Whether the members' set refuses to be deleted or replaced. */
  protect: boolean;
  /** Regular archives of the sessions on a claim of their own; null: none. */
  backup: BackupSettings | null;
  /** StorageClass of the claims. */
  storageClassName: pulumi.Input<string>;
  /** `ReadWriteMany` on NFS, `ReadWriteOnce` on block storage. */
  accessMode: "ReadWriteMany" | "ReadWriteOnce";
}

/**
 * The session store: a StatefulSet of which `redis-0` is the primary and the others follow it, each with its own claim.
 *
 * There is no failover on purpose: a pod that comes back finds its data on the volume, and a fixed primary cannot split
 * in two. The price is that writes pause while `redis-0` restarts.
 */
export class RedisStore extends pulumi.ComponentResource {
  /** Host that clients connect to. */
  readonly host: string;
  readonly port: number;
  /** Secret with the keys `url`, `host`, `port`, `username` and `password`. */
  readonly secretName: string;
  /** The whole URL with the password in it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:RedisStore", name, args, opts);
    const context = { name, args, parent: this };

    const passwords = createPasswords(name, { ...args, versions: args.passwordVersions }, this);
    const config = createConfig(context);
    const headless = createHeadlessService(name, { ...args, metrics: args.metrics !== null }, this);
    const members = createStatefulSet(context, config, [...passwords.secrets, headless]);
    createClientServices(name, args, { parent: this, dependsOn: members });
    createStoreProtection(name, args, this);
    createStoreBackup(name, { ...args, configName: config.object.metadata.name }, this);

    this.host = names.clientHost(args.namespace);
    this.port = names.port;
    this.secretName = names.secret;
    this.url = passwords.url;
    this.registerOutputs({ host: this.host, port: this.port, secretName: this.secretName });
  }
}

interface Context {
  name: string;
  args: RedisStoreArgs;
  parent: pulumi.Resource;
}

const identity = (args: RedisStoreArgs) => ({ name: "redis", instance: args.instance });

function metadata({ args }: Context, name: string) {
  return { name, namespace: args.namespace, labels: labels(identity(args), "session-store") };
}

/** Scripts of the pods: what each does stands in its first lines. */
const scripts = [
  "lib.sh",
  "volume.sh",
  "users.sh",
  "start.sh",
  "watch.sh",
  "adopt.sh",
  "ask.sh",
  "accepts.sh",
  "live.sh",
  "ready.sh",
  "follow.sh",
  "reseed.sh",
  "backup.sh",
  "restore.sh",
];

function createConfig(context: Context) {
  const { name, args, parent } = context;
  const data = { "redis.conf": redisConf({ ...args, tls: args.tls !== null }), ...readScripts() };
  return createConfigMap(`${name}-config`, metadata(context, "redis-config"), data, { parent });
}

function readScripts(): Record<string, string> {
  return Object.fromEntries(
    scripts.map((file) => [file, readFileSync(new URL(`redis/${file}`, import.meta.url), "utf8")]),
  );
}

function createStatefulSet(context: Context, config: NamedConfigMap, dependsOn: pulumi.Resource[]) {
  const { name, args, parent } = context;
  return new k8s.apps.v1.StatefulSet(
    `${name}-members`,
    {
      metadata: metadata(context, names.statefulSet),
      spec: {
        serviceName: names.statefulSet,
        replicas: 1 + args.replicas,
        // The primary comes first and leaves last; updates go from the last replica down to the primary.
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate" },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: selectorLabels(identity(args)) },
        template: {
          metadata: {
            labels: labels(identity(args), "session-store"),
            ...(args.metrics === null ? {} : { annotations: metricsAnnotations }),
          },
          spec: memberPod({ ...args, configName: config.object.metadata.name }),
        },
        volumeClaimTemplates: [claimTemplate(context)],
      },
    },
    // A class without provisioner leaves the claim pending and the wait silent: give up after a few minutes.
    { parent, dependsOn, protect: args.protect, customTimeouts: { create: "5m", update: "10m" } },
  );
}

function claimTemplate({ args }: Context) {
  return {
    metadata: { name: names.claimTemplate, labels: selectorLabels(identity(args)) },
    spec: {
      accessModes: [args.accessMode],
      storageClassName: args.storageClassName,
      resources: { requests: { storage: args.size } },
    },
  };
}
