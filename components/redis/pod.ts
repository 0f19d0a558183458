import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";
import { restrictedContainer, restrictedPod } from "../podSecurity.ts";
import { claimTemplate, port, primaryHost, secret } from "./names.ts";

/** Folder of the scripts and of redis.conf inside the container. */
const configFolder = "/etc/session-store";

/** User of the official images, Debian flavour. Starting as it skips the entrypoint's chown, which NFS may refuse. */
const redisUser = 999;

export interface MemberArgs {
  namespace: string;
  engine: "valkey" | "redis";
  image: string;
  memory: string;
  /** ConfigMap with redis.conf and the scripts. */
  configName: Input<string>;
}

/** The pod of one member of the store. */
export function memberPod(args: MemberArgs): types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 60,
    securityContext: { ...restrictedPod(redisUser), fsGroup: redisUser, fsGroupChangePolicy: "OnRootMismatch" },
    containers: [
      {
        name: "redis",
        image: args.image,
        command: ["sh", `${configFolder}/start.sh`],
        env: [
          { name: "ENGINE", value: args.engine },
          { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "PRIMARY_HOST", value: primaryHost(args.namespace) },
        ],
        ports: [{ name: "redis", containerPort: port }],
        ...probes,
        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
        resources: { requests: { cpu: "50m", memory: args.memory }, limits: { memory: args.memory } },
        volumeMounts: [
          { name: claimTemplate, mountPath: "/data" },
          { name: "config", mountPath: configFolder, readOnly: true },
          { name: "password", mountPath: "/run/secrets/session-store", readOnly: true },
          { name: "run", mountPath: "/run/session-store" },
        ],
      },
    ],
    volumes: [
      { name: "config", configMap: { name: args.configName } },
      { name: "password", secret: { secretName: secret, items: [{ key: "password", path: "password" }] } },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ],
  };
}

const script = (name: string) => ({ exec: { command: ["sh", `${configFolder}/${name}`] } });

const probes = {
  // Reading a large append-only file takes minutes: ten of them before the pod is given up.
  startupProbe: { ...script("live.sh"), periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 600 },
  livenessProbe: { ...script("live.sh"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
  readinessProbe: { ...script("ready.sh"), periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 3 },
};
