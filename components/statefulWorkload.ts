import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Labels } from "./labels.ts";

export interface StatefulWorkloadArgs {
  /** Namespace, which exists. */
  namespace: pulumi.Input<string>;
  /** Name of the StatefulSet; its pods are `<workload>-0` and so on. */
  workload: string;
  /**
   * Name of the headless Service: a pod's name in DNS is `<pod>.<service>.<namespace>.svc`. No Output on purpose: the
   * set's `serviceName` is immutable, so a Service that is replaced would take the set with it.
   */
  service: string;
  /** Labels by which the pods are found. Immutable, and no other pod of the namespace may have them all. */
  selector: Labels;
  /** Labels of the set, the Service and the pods, beside `selector`. */
  labels: Labels;
  /** Annotations of the set alone; default: none. */
  annotations?: Record<string, string>;
  /** Ports of the headless Service by name. The pod's containers have ports of these names. */
  ports: Record<string, number>;
  replicas: number;
  /** What every pod is. `labels` are those of the pods alone. */
  template: { labels?: Labels; annotations?: Record<string, pulumi.Input<string>>; spec: PodSpec };
  /** Storage for each pod, which stays when the pod goes; default: none. */
  claim?: ClaimArgs;
  /** ordered: a pod starts when the one before it is ready. parallel: all start and stop at once. Default: ordered. */
  order?: "ordered" | "parallel";
  /** Pods below this number keep the old version at an update; default 0. */
  partition?: number;
  /** Pods, or a share of them, that may be away during an update; default 1. More need Kubernetes 1.35. */
  maxUnavailable?: number | string;
  /** Seconds for which a new pod must have been ready before the next one is updated; default 0. */
  minReadySeconds?: number;
  /** Old revisions that are kept for `kubectl rollout undo`; default 10. */
  revisionHistoryLimit?: number;
}

/** Storage of each pod. Immutable: a change replaces the set, and claims that are there stay as they are. */
export interface ClaimArgs {
  /** Name of the volume, which the template's containers mount. The claims are `<name>-<pod>`. */
  name: string;
  /** A Kubernetes quantity. */
  size: string;
  /** Default: the cluster's default class. */
  storageClassName?: pulumi.Input<string>;
  /** Default: ReadWriteOnce. */
  accessMode?: pulumi.Input<string>;
}

type PodSpec = k8s.types.input.core.v1.PodSpec;

/**
 * Pods with names that stay: a StatefulSet, the headless Service that gives each pod its name in DNS, and optionally a
 * claim a pod. `protect` of the options is passed on to both objects, `customTimeouts` to the set.
 *
 * Claims outlive everything here: a pod that is deleted, scaled away or left behind by a deleted set finds its data when
 * one of its name is made again. Only deleting the claims, or their namespace, ends them.
 */
export class StatefulWorkload extends pulumi.ComponentResource {
  /** Name of the StatefulSet. */
  readonly workload: string;
  /** Name of the headless Service. */
  readonly service: string;

  constructor(name: string, args: StatefulWorkloadArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:StatefulWorkload", name, {}, opts);
    const headless = createHeadlessService(name, args, { parent: this });
    createStatefulSet(name, args, {
      parent: this,
      dependsOn: [headless],
      // A class without provisioner leaves the claims pending and the wait silent: give up after a few minutes.
      customTimeouts: { create: "5m", update: "10m", ...opts?.customTimeouts },
    });
    this.workload = args.workload;
    this.service = args.service;
    this.registerOutputs({ workload: this.workload, service: this.service });
  }
}

function metadata({ namespace, selector, labels }: StatefulWorkloadArgs, name: string) {
  return { name, namespace, labels: { ...labels, ...selector } };
}

/**
 * A pod's name tells who it is, not that it can serve, so it stands for an unready pod, too: pods that start together
 * find each other, and one on its way out can be asked still. Visitors come by another Service.
 */
function createHeadlessService(name: string, args: StatefulWorkloadArgs, opts: pulumi.CustomResourceOptions) {
  const { selector, ports } = args;
  return new k8s.core.v1.Service(
    `${name}-pods`,
    {
      // Its pods come after it, and are waited for by their set.
      metadata: { ...metadata(args, args.service), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector,
        ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
      },
    },
    opts,
  );
}

function createStatefulSet(name: string, args: StatefulWorkloadArgs, opts: pulumi.CustomResourceOptions) {
  const { selector, template, claim, order = "ordered", partition = 0, maxUnavailable } = args;
  return new k8s.apps.v1.StatefulSet(
    `${name}-set`,
    {
      metadata: { ...metadata(args, args.workload), annotations: { ...args.annotations, ...partlyUpdated(args) } },
      spec: {
        serviceName: args.service,
        replicas: args.replicas,
        podManagementPolicy: order === "ordered" ? "OrderedReady" : "Parallel",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition, maxUnavailable } },
        minReadySeconds: args.minReadySeconds ?? 0,
        revisionHistoryLimit: args.revisionHistoryLimit ?? 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: { ...args.labels, ...template.labels, ...selector }, annotations: template.annotations },
          spec: template.spec,
        },
        ...(claim === undefined ? {} : { volumeClaimTemplates: [claimTemplate(claim, selector)] }),
      },
    },
    opts,
  );
}

/**
 * What Pulumi waits for while a partition holds some pods back: by itself it would wait for these, too, until it gives up.
 * @see https://www.pulumi.com/registry/packages/kubernetes/#pulumicomwaitfor
 */
function partlyUpdated({ partition = 0, replicas }: StatefulWorkloadArgs): Record<string, string> {
  if (partition === 0) return {};
  // No "=" but "==": the provider takes what follows another for a value.
  const updated = partition < replicas ? [`@.updatedReplicas > ${replicas - partition - 1}`] : [];
  const conditions = [...updated, `@.availableReplicas == ${replicas}`].join(" && ");
  return { "pulumi.com/waitFor": `jsonpath={$[?${conditions}]}` };
}

/** Only the selector's labels: claims are immutable in the set, and no change of a label is worth a new set. */
function claimTemplate({ name, size, storageClassName, accessMode = "ReadWriteOnce" }: ClaimArgs, labels: Labels) {
  return {
    metadata: { name, labels },
    spec: { accessModes: [accessMode], storageClassName, resources: { requests: { storage: size } } },
  };
}
