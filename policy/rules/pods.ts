import type { V1Container, V1PodSpec, V1PodTemplateSpec } from "@kubernetes/client-node";
import type { KubernetesObject } from "./rule.ts";

/** Group and kind, which a version does not change: `apps/Deployment`, `/Service`. */
export function groupKind({ apiVersion, kind }: KubernetesObject): string {
  return `${apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : ""}/${kind}`;
}

/** An object's `spec`, which the caller knows the type of by its kind. */
export function specOf<T>(object: KubernetesObject): Partial<T> {
  return object.spec ?? {};
}

/** The pods that an object makes; undefined for what makes none. */
export function podTemplate(object: KubernetesObject): V1PodTemplateSpec | undefined {
  switch (groupKind(object)) {
    case "/Pod":
      return object;
    case "apps/Deployment":
    case "apps/StatefulSet":
    case "apps/DaemonSet":
    case "apps/ReplicaSet":
    case "batch/Job":
      return specOf<{ template: V1PodTemplateSpec }>(object).template;
    case "batch/CronJob":
      return specOf<{ jobTemplate: { spec?: { template: V1PodTemplateSpec } } }>(object).jobTemplate?.spec?.template;
    default:
      return undefined;
  }
}

export function podSpec(object: KubernetesObject): V1PodSpec | undefined {
  return podTemplate(object)?.spec;
}

/** Every container of the pods that an object makes, those that run before the others included. */
export function containersOf(object: KubernetesObject): V1Container[] {
  const pod = podSpec(object);
  return pod === undefined ? [] : [...(pod.initContainers ?? []), ...pod.containers];
}
