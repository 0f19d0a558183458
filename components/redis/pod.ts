import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { selectorLabels } from "../labels.ts";
import { restrictedContainer, restrictedPod } from "../podSecurity.ts";
import { tlsFolder } from "./conf.ts";
import { exporterContainer, exporterVolumes } from "./metrics.ts";
import { claimTemplate, port, primaryHost, usersSecret } from "./names.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** Folder of the scripts and of redis.conf inside the container. */
export const configFolder = "/etc/session-store";

/** User of the official images, Debian flavour. Starting as it skips the entrypoint's chown, which NFS may refuse. */
export const redisUser = 999;

export interface MemberArgs {
  instance: string;
  namespace: string;
  engine: "valkey" | "redis";
  image: string;
  memory: string;
  /** What the keys of the application's user begin with. */
  keyPrefix: string;
  corruptTail: "repair" | "refuse";
  tls: { secretName: string } | null;
  metrics: { image: string } | null;
  /** ConfigMap with redis.conf and the scripts. */
  configName: Input<string>;
}

/** The pod of one member of the store. */
export function memberPod(args: MemberArgs): PodSpec {
  const { metrics, ...exporter } = args;
  return {
    ...storePod(),
    terminationGracePeriodSeconds: 60,
    topologySpreadConstraints: [spread(args.instance)],
    containers: [
      {
        name: "redis",
        ...storeContainer(args, "start.sh"),
        ports: [{ name: "redis", containerPort: port }],
        ...probes,
        resources: { requests: { cpu: "50m", memory: args.memory }, limits: { memory: args.memory } },
        volumeMounts: [{ name: claimTemplate, mountPath: "/data" }, ...storeMounts(args)],
      },
      ...(metrics === null ? [] : [exporterContainer({ ...exporter, image: metrics.image })]),
    ],
    volumes: [...storeVolumes(args), ...(metrics === null ? [] : exporterVolumes(usersSecret, args.tls))],
  };
}

/** What every pod with the store's image has: the image's user, Pod Security *restricted*, no access to the cluster. */
export function storePod(): Omit<PodSpec, "containers"> {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { ...restrictedPod(redisUser), fsGroup: redisUser, fsGroupChangePolicy: "OnRootMismatch" },
  };
}

/** A container that runs one of the scripts. */
export function storeContainer(
  args: MemberArgs,
  script: string,
): Pick<Container, "image" | "command" | "env" | "securityContext"> {
  return {
    image: args.image,
    command: ["sh", `${configFolder}/${script}`],
    env: environment(args),
    securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
  };
}

/** What lib.sh wants to know. */
function environment({ engine, namespace, keyPrefix, corruptTail, tls }: MemberArgs): EnvVar[] {
  return [
    { name: "ENGINE", value: engine },
    { name: "NAMESPACE", value: namespace },
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "PRIMARY_HOST", value: primaryHost(namespace) },
    { name: "KEY_PREFIX", value: keyPrefix },
    { name: "CORRUPT_TAIL", value: corruptTail },
    { name: "TLS", value: tls === null ? "no" : "yes" },
  ];
}

/** Where the scripts look for configuration, passwords and certificates, and a folder in memory for what they write. */
export function storeMounts({ tls }: Pick<MemberArgs, "tls">): VolumeMount[] {
  return [
    { name: "config", mountPath: configFolder, readOnly: true },
    { name: "users", mountPath: "/run/secrets/session-store", readOnly: true },
    { name: "run", mountPath: "/run/session-store" },
    ...(tls === null ? [] : [{ name: "tls", mountPath: tlsFolder, readOnly: true }]),
  ];
}

export function storeVolumes({ configName, tls }: Pick<MemberArgs, "configName" | "tls">): Volume[] {
  return [
    { name: "config", configMap: { name: configName } },
    { name: "users", secret: { secretName: usersSecret } },
    { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ...(tls === null ? [] : [{ name: "tls", secret: { secretName: tls.secretName } }]),
  ];
}

/** Members on different nodes where there are some; a single node takes them all. */
function spread(instance: string): types.input.core.v1.TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selectorLabels({ name: "redis", instance }) },
  };
}

const script = (name: string) => ({ exec: { command: ["sh", `${configFolder}/${name}`] } });

const probes = {
  // Reading a large append-only file takes minutes: ten of them before the pod is given up.
  startupProbe: { ...script("live.sh"), periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 600 },
  // Two minutes: a server that waits for its NFS server comes back by itself, a killed one could not even start.
  livenessProbe: { ...script("live.sh"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 12 },
  readinessProbe: { ...script("ready.sh"), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 3 },
};
