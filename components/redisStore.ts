import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { checksumAnnotation } from "./checksum.ts";
import { contentHash } from "./hash.ts";
import { labels, selectorLabels, type Labels } from "./labels.ts";
import { redisConf, type RedisConf } from "./redis/conf.ts";
import * as names from "./redis/names.ts";
import { memberPod } from "./redis/pod.ts";

export interface RedisStoreArgs extends RedisConf {
  /** Value of the label app.kubernetes.io/instance. */
  instance: string;
  /** Namespace of the stack, which exists. */
  namespace: string;
  engine: "valkey" | "redis";
  /** Image with `<engine>-server`, `<engine>-cli` and a shell, whose data folder uid 999 can write to. */
  image: string;
  /** Read and backup copies beside the primary; 0 makes a single pod. */
  replicas: number;
  /** Size of each member's claim, a Kubernetes quantity. Immutable: a claim is resized by hand. */
  size: string;
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
  /** Secret with the keys `url` and `password`. */
  readonly secretName: string;
  /** The whole URL with the password in it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:RedisStore", name, args, opts);
    const context = { name, args, parent: this };

    const password = createPassword(context);
    const secret = createSecret(context, password);
    const config = createConfig(context);
    const headless = createHeadlessService(context);
    const members = createStatefulSet(context, config, password, [secret, headless]);
    createPrimaryService(context, members);
    createReadService(context, members);

    this.host = names.clientHost(args.namespace);
    this.port = names.port;
    this.secretName = names.secret;
    this.url = urlOf(password, args.namespace);
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

/** Letters and digits only: the password stands in a URL and in redis.conf. 32 of them hold 190 bits. */
function createPassword({ name, parent }: Context) {
  return new random.RandomPassword(`${name}-password`, { length: 32, special: false }, { parent });
}

function urlOf(password: random.RandomPassword, namespace: string): pulumi.Output<string> {
  return pulumi.secret(password.result.apply((value) => names.storeUrl(value, namespace)));
}

function createSecret(context: Context, password: random.RandomPassword) {
  const { name, args, parent } = context;
  return new k8s.core.v1.Secret(
    `${name}-secret`,
    {
      metadata: metadata(context, names.secret),
      stringData: { password: pulumi.secret(password.result), url: urlOf(password, args.namespace) },
    },
    { parent },
  );
}

function createConfig(context: Context) {
  const { name, args, parent } = context;
  const data = { "redis.conf": redisConf(args), ...scripts("start.sh", "ask.sh", "live.sh", "ready.sh") };
  return new k8s.core.v1.ConfigMap(
    `${name}-config`,
    { metadata: metadata(context, `redis-config-${contentHash(data)}`), immutable: true, data },
    { parent },
  );
}

function scripts(...files: string[]): Record<string, string> {
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(new URL(`redis/${file}`, import.meta.url), "utf8")]),
  );
}

/** A DNS name for each member. Unready ones too: a replica must find a primary that is still loading its data. */
function createHeadlessService(context: Context) {
  const { name, args, parent } = context;
  return new k8s.core.v1.Service(
    `${name}-headless`,
    {
      metadata: metadata(context, names.statefulSet),
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selectorLabels(identity(args)),
        ports: [redisPort],
      },
    },
    { parent },
  );
}

function createStatefulSet(
  context: Context,
  config: k8s.core.v1.ConfigMap,
  password: random.RandomPassword,
  dependsOn: pulumi.Resource[],
) {
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
            annotations: checksumAnnotation({ password: password.result }),
          },
          spec: memberPod({ ...args, configName: config.metadata.name }),
        },
        volumeClaimTemplates: [claimTemplate(context)],
      },
    },
    // A class without provisioner leaves the claim pending and the wait silent: give up after a few minutes.
    { parent, dependsOn, customTimeouts: { create: "5m", update: "10m" } },
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

function createPrimaryService(context: Context, members: k8s.apps.v1.StatefulSet) {
  const onlyPrimary = { "statefulset.kubernetes.io/pod-name": `${names.statefulSet}-0` };
  return createClientService(context, names.primaryService, onlyPrimary, members);
}

function createReadService(context: Context, members: k8s.apps.v1.StatefulSet) {
  return createClientService(context, names.readService, {}, members);
}

function createClientService(context: Context, service: string, narrower: Labels, members: k8s.apps.v1.StatefulSet) {
  const { name, args, parent } = context;
  return new k8s.core.v1.Service(
    `${name}-${service}`,
    {
      // Its pods have been waited for already; waiting again costs ten seconds (docs/decisions).
      metadata: { ...metadata(context, service), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { type: "ClusterIP", selector: { ...selectorLabels(identity(args)), ...narrower }, ports: [redisPort] },
    },
    { parent, dependsOn: members },
  );
}

const redisPort = { name: "redis", port: names.port, targetPort: "redis" };
