import type {
  V1LabelSelector,
  V1LabelSelectorRequirement,
  V1PodDisruptionBudgetSpec,
  V2HorizontalPodAutoscalerSpec,
} from "@kubernetes/client-node";
import { groupKind, podTemplate, specOf } from "./pods.ts";
import type { KubernetesObject, Rule } from "./rule.ts";

export const disruptionBudgets: Rule = {
  name: "disruption-budgets",
  description: "Workloads of several pods have a PodDisruptionBudget: maintenance of nodes leaves some of them.",
  scope: "stack",
  check: (object, all) => {
    if (!["apps/Deployment", "apps/StatefulSet"].includes(groupKind(object))) return [];
    const pods = mostPods(object, all);
    if (pods <= 1 || all.some((other) => protects(other, object))) return [];
    return [
      `has up to ${pods} pods and no PodDisruptionBudget, so that draining nodes may stop all of them at once; add one whose selector finds its pods`,
    ];
  },
};

/** Its own number of pods, which an autoscaler may raise. */
function mostPods(workload: KubernetesObject, all: KubernetesObject[]): number {
  const { replicas = 1 } = specOf<{ replicas: number }>(workload);
  const scaled = all
    .filter((other) => groupKind(other) === "autoscaling/HorizontalPodAutoscaler" && isBeside(other, workload))
    .map((autoscaler) => specOf<V2HorizontalPodAutoscalerSpec>(autoscaler))
    .filter(({ scaleTargetRef: target }) => target?.kind === workload.kind && target.name === workload.metadata.name)
    .map(({ maxReplicas = 1 }) => maxReplicas);
  return Math.max(replicas, ...scaled);
}

function isBeside({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): boolean {
  return one.namespace === other.namespace;
}

function protects(budget: KubernetesObject, workload: KubernetesObject): boolean {
  if (groupKind(budget) !== "policy/PodDisruptionBudget" || !isBeside(budget, workload)) return false;
  const { selector } = specOf<V1PodDisruptionBudgetSpec>(budget);
  return selector !== undefined && finds(selector, podTemplate(workload)?.metadata?.labels ?? {});
}

function finds({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector, labels: Record<string, string>): boolean {
  const hasLabels = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return hasLabels && matchExpressions.every((expression) => meets(expression, labels));
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function meets({ key, operator, values = [] }: V1LabelSelectorRequirement, labels: Record<string, string>): boolean {
  const value = labels[key];
  const isIn = value !== undefined && values.includes(value);
  switch (operator) {
    case "In":
      return isIn;
    case "NotIn":
      return !isIn;
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}
