import { describe, type KubernetesObject } from "./objects.ts";

/** What scales a workload: an autoscaler's target and the least that it lets the target have. */
export interface Autoscaled {
  /** `Kind namespace/name` of the workload, as {@link describe} has it. */
  target: string;
  minReplicas: number;
}

/** The workloads that HorizontalPodAutoscalers among the objects scale. */
export function autoscaled(objects: KubernetesObject[]): Autoscaled[] {
  return objects
    .filter(({ kind }) => kind === "HorizontalPodAutoscaler")
    .map(({ metadata, spec }) => {
      const { kind, name } = spec?.scaleTargetRef as { kind: string; name: string };
      return {
        target: `${kind} ${metadata.namespace}/${name}`,
        minReplicas: (spec?.minReplicas as number | undefined) ?? 1,
      };
    });
}

/**
 * The objects, without `spec.replicas` in workloads that an autoscaler among them scales: whoever applied manifests with
 * it again and again, as GitOps does, would set back each time what the autoscaler decided.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling
 */
export function withoutScaledReplicas(objects: KubernetesObject[]): KubernetesObject[] {
  const targets = new Set(autoscaled(objects).map(({ target }) => target));
  return objects.map((object) => {
    if (!targets.has(describe(object))) return object;
    const spec = Object.entries(object.spec ?? {}).filter(([field]) => field !== "replicas");
    return { ...object, spec: Object.fromEntries(spec) };
  });
}
