import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { AppSettings } from "../config/app.ts";
import { autoscalerSpec } from "./app/autoscaler.ts";
import { appSecrets } from "./app/environment.ts";
import { fileData } from "./app/files.ts";
import { podSpec } from "./app/pod.ts";
import { networkPolicy } from "./app/protection.ts";
import { deploymentRollout, firstReplicas, rolloutTimeout } from "./app/rollout.ts";
import { claimVolume } from "./app/volumes.ts";
import { checksumAnnotation } from "./checksum.ts";
import { deadlineAnnotation } from "./deadline.ts";
import { createConfigMap } from "./configMap.ts";
import { disruptionBudget } from "./disruptionBudget.ts";
import { labels, selectorLabels, storeClientLabel, type Labels } from "./labels.ts";
import type { SecretKey } from "./sessionSecret.ts";
import { StatefulWorkload } from "./statefulWorkload.ts";

export interface AppArgs extends AppSettings {
  /** Value of the label app.kubernetes.io/instance. */
  instance: string;
  /** Namespace of the stack, which exists. */
  namespace: string;
  /** Where the store's URL is. Without it the application keeps its sessions by itself and gets no such variable. */
  sessionStore: SecretKey | undefined;
  /** Where the parts of that URL are, by what their variables end with: `HOST`, `PORT`, … */
  connection: Record<string, SecretKey>;
  /** Where the certificate of the authority is that the store's server is checked by; undefined: the system's. */
  storeCa: SecretKey | undefined;
  /** Where the signing keys are: newest first, separated by commas. */
  sessionSecret: SecretKey;
  /** Values whose change rolls the pods. */
  rollOn: Record<string, pulumi.Input<string>>;
  /** Secrets of the configuration by the keys that a `secretEnv` names. Their change rolls the pods, too. */
  appSecrets: Record<string, pulumi.Output<string>>;
  /** Where the claims of a StatefulSet's pods come from. */
  storage: { className: pulumi.Input<string>; accessMode: string };
}

/** Name of the workload, of either kind, and of what protects and scales it. */
const workload = "app";
/** Headless Service of a StatefulSet. */
const podsService = "app-pods";

/** The application: a Deployment whose pods keep no session of their own, or a StatefulSet whose pods may. */
export class App extends pulumi.ComponentResource {
  /** Name of the Deployment or StatefulSet. */
  readonly workload: string;
  /** Labels by which a Service finds the pods. */
  readonly selector: Labels;

  constructor(name: string, args: AppArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:App", name, {}, opts);
    this.workload = workload;
    this.selector = selectorLabels(identity(args));
    const context = { name, args, parent: this, selector: this.selector };

    const secrets = createSecret(context);
    const env = createConfig(context, "env", args.env);
    const files = createConfig(context, "files", fileData(args.files));
    const template = podTemplate(context, { env: env?.name, files: files?.name });
    const parts = [...secrets, env?.object, files?.object].filter((part) => part !== undefined);
    const running = createWorkload(context, template, parts);
    createAutoscaler(context, running);
    createProtection(context);

    this.registerOutputs({ workload: this.workload, selector: this.selector });
  }
}

interface Context {
  name: string;
  args: AppArgs;
  parent: pulumi.Resource;
  selector: Labels;
}

const identity = ({ instance }: AppArgs) => ({ name: "app", instance });

function metadata({ args }: Context, name: string) {
  return { name, namespace: args.namespace, labels: labels(identity(args), "app") };
}

function createSecret(context: Context): k8s.core.v1.Secret[] {
  const { name, args, parent } = context;
  if (Object.keys(args.appSecrets).length === 0) return [];
  const secret = { metadata: metadata(context, appSecrets), stringData: args.appSecrets };
  return [new k8s.core.v1.Secret(`${name}-secrets`, secret, { parent })];
}

/** Nothing is made of nothing. */
function createConfig(context: Context, kind: string, data: Record<string, string>) {
  if (Object.keys(data).length === 0) return undefined;
  const { name, args, parent } = context;
  // Pods behind a partition keep the old version, and come back in it.
  const retainOnDelete = args.workload === "statefulset";
  return createConfigMap(`${name}-${kind}`, metadata(context, `app-${kind}`), data, { parent, retainOnDelete });
}

type Template = ReturnType<typeof podTemplate>;

function podTemplate({ name, args, parent, selector }: Context, configMaps: Parameters<typeof podSpec>[1]) {
  const key = new random.RandomPassword(`${name}-checksum-key`, { length: 32, special: false }, { parent });
  const own = Object.entries(args.appSecrets).map(([secret, value]) => [`${appSecrets}/${secret}`, value] as const);
  return {
    labels: { ...labels(identity(args), "app"), ...(args.sessionStore === undefined ? {} : storeClientLabel) },
    annotations: checksumAnnotation({ ...args.rollOn, ...Object.fromEntries(own) }, key.result),
    spec: podSpec(args, configMaps, selector),
  };
}

function createWorkload(context: Context, template: Template, dependsOn: pulumi.Resource[]): pulumi.Resource {
  const timeout = `${rolloutTimeout(context.args)}s`;
  const opts = { parent: context.parent, dependsOn, customTimeouts: { create: timeout, update: timeout } };
  return context.args.workload === "deployment"
    ? createDeployment(context, template, opts)
    : createStatefulWorkload(context, template, opts);
}

/**
 * An autoscaler owns the number of replicas from its first decision on. Without one it is taken back from whoever has
 * it. That the annotation comes and goes is what the engine sees of such a change: the number that it noted last may be
 * the one that is asked for, although the cluster has another.
 */
function ofReplicas({ autoscale }: AppArgs) {
  return autoscale === null ? { annotations: { "pulumi.com/patchForce": "true" } } : {};
}

function createDeployment(context: Context, { spec, ...template }: Template, opts: pulumi.CustomResourceOptions) {
  const { name, args, selector } = context;
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { ...metadata(context, workload), ...ofReplicas(args) },
      spec: {
        replicas: firstReplicas(args),
        ...deploymentRollout(args),
        selector: { matchLabels: selector },
        template: { metadata: template, spec },
      },
    },
    { ...opts, ...(args.autoscale === null ? {} : { ignoreChanges: ["spec.replicas"] }) },
  );
}

function createStatefulWorkload(context: Context, template: Template, opts: pulumi.ComponentResourceOptions) {
  const { name, args, selector } = context;
  const { claim, storage, rollout } = args;
  const { className: storageClassName, accessMode } = storage;
  return new StatefulWorkload(
    name,
    {
      namespace: args.namespace,
      workload,
      service: podsService,
      selector,
      labels: labels(identity(args), "app"),
      annotations: { [deadlineAnnotation]: String(rollout.deadlineSeconds) },
      ports: { http: args.port },
      replicas: firstReplicas(args),
      template,
      ...(claim === null ? {} : { claim: { name: claimVolume, size: claim.size, storageClassName, accessMode } }),
      order: rollout.order,
      partition: rollout.partition,
      maxUnavailable: rollout.maxUnavailable,
      minReadySeconds: rollout.minReadySeconds,
      revisionHistoryLimit: rollout.history,
    },
    opts,
  );
}

function createAutoscaler(context: Context, target: pulumi.Resource): void {
  const { name, args, parent } = context;
  if (args.autoscale === null) return;
  new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    `${name}-autoscaler`,
    { metadata: metadata(context, workload), spec: autoscalerSpec(args.autoscale, workload) },
    { parent, dependsOn: target },
  );
}

function createProtection(context: Context): void {
  const { name, args, parent, selector } = context;
  new k8s.policy.v1.PodDisruptionBudget(
    `${name}-budget`,
    { metadata: metadata(context, workload), spec: disruptionBudget(selector) },
    { parent },
  );
  new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    { metadata: metadata(context, workload), spec: networkPolicy(selector, args.port) },
    { parent },
  );
}
