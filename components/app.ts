import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checksumAnnotation } from "./checksum.ts";
import { labels, selectorLabels, storeClientLabel, type Labels } from "./labels.ts";
import { restrictedContainer, restrictedPod } from "./podSecurity.ts";
import type { SecretKey } from "./sessionSecret.ts";

export interface AppArgs {
  instance: string;
  namespace: string;
  image: string;
  /** Secrets in the namespace with the registry's credentials. */
  pullSecrets: string[];
  /** Port the application listens on. */
  port: number;
  replicas: number;
  /** Name of the variable that gets the store's URL. */
  sessionEnv: string;
  /** Where the store's URL is. Without it the application keeps its sessions by itself and gets no such variable. */
  sessionStore?: SecretKey;
  /** Where the certificate of the authority is that the store's server is checked by; default: the system's. */
  storeCa?: SecretKey;
  /** Where the signing keys are: newest first, separated by commas. */
  sessionSecret: SecretKey;
  /** Values whose change rolls the pods. */
  rollOn: Record<string, pulumi.Input<string>>;
  env: Record<string, string>;
  /** Paths of the probes. `ready` should not fail on a short absence of the store: all pods would drop out together. */
  health: { live: string; ready: string };
  resources: k8s.types.input.core.v1.ResourceRequirements;
  /** Seconds a pod goes on serving after it was taken out of the endpoints, while the news spreads. */
  drainSeconds: number;
}

/** Seconds that open requests get after the drain, before the pod is killed. */
const shutdownSeconds = 30;

/** The application: a Deployment whose pods keep no session of their own. */
export class App extends pulumi.ComponentResource {
  /** Name of the Deployment. */
  readonly workload: string;
  /** Labels by which a Service finds the pods. */
  readonly selector: Labels;

  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:App", name, { ...args, rollOn: undefined }, opts);
    const identity = { name: "app", instance: args.instance };
    this.workload = "app";
    this.selector = selectorLabels(identity);

    new k8s.apps.v1.Deployment(
      `${name}-deployment`,
      {
        metadata: { name: this.workload, namespace: args.namespace, labels: labels(identity, "app") },
        spec: {
          replicas: args.replicas,
          // A new pod is ready before an old one goes.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          selector: { matchLabels: this.selector },
          template: {
            metadata: {
              labels: { ...labels(identity, "app"), ...(args.sessionStore === undefined ? {} : storeClientLabel) },
              annotations: checksumAnnotation(args.rollOn),
            },
            spec: podSpec(args),
          },
        },
      },
      { parent: this, customTimeouts: { create: "5m", update: "10m" } },
    );
    this.registerOutputs({ workload: this.workload });
  }
}

function podSpec(args: AppArgs): k8s.types.input.core.v1.PodSpec {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: args.drainSeconds + shutdownSeconds,
    securityContext: restrictedPod(),
    ...(args.pullSecrets.length > 0 ? { imagePullSecrets: args.pullSecrets.map((name) => ({ name })) } : {}),
    containers: [
      {
        name: "app",
        image: args.image,
        env: environment(args),
        ports: [{ name: "http", containerPort: args.port }],
        ...probes(args.health),
        ...(args.drainSeconds > 0 ? { lifecycle: { preStop: { sleep: { seconds: args.drainSeconds } } } } : {}),
        securityContext: restrictedContainer,
        resources: args.resources,
        ...(args.storeCa === undefined ? {} : { volumeMounts: [{ name: ca, mountPath: caFolder, readOnly: true }] }),
      },
    ],
    ...(args.storeCa === undefined ? {} : { volumes: [caVolume(args.storeCa)] }),
  };
}

/** Volume and folder of the certificate. */
const ca = "session-store-ca";
const caFolder = "/etc/session-store-tls";
const caFile = "ca.crt";

/** The certificate alone: the server's key lies beside it in the same Secret. */
function caVolume({ name, key }: SecretKey): k8s.types.input.core.v1.Volume {
  return { name: ca, secret: { secretName: name, items: [{ key, path: caFile }] } };
}

function environment(args: AppArgs): k8s.types.input.core.v1.EnvVar[] {
  return [
    ...(args.sessionStore === undefined
      ? []
      : [{ name: args.sessionEnv, valueFrom: { secretKeyRef: args.sessionStore } }]),
    ...(args.storeCa === undefined ? [] : [{ name: "SESSION_STORE_CA", value: `${caFolder}/${caFile}` }]),
    { name: "SESSION_SECRET", valueFrom: { secretKeyRef: args.sessionSecret } },
    { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ...Object.entries(args.env).map(([name, value]) => ({ name, value })),
  ];
}

/**
 * An unready pod leaves the endpoints within two readiness periods. That has to be quick where a pod is on its way out:
 * Traefik goes on sending it the visitors pinned to it until it is unready, so an application should turn unready on
 * SIGTERM and serve on for some eight seconds (two periods, and what the news takes).
 */
function probes({ live, ready }: AppArgs["health"]) {
  const get = (path: string) => ({ httpGet: { path, port: "http" } });
  return {
    startupProbe: { ...get(live), periodSeconds: 1, failureThreshold: 120 },
    livenessProbe: { ...get(live), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { ...get(ready), periodSeconds: 2, timeoutSeconds: 3, failureThreshold: 2 },
  };
}
