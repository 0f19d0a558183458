import type { types } from "@pulumi/kubernetes";
import type { Labels } from "./labels.ts";

/**
 * A drain of nodes takes one pod at a time. One that is not ready protects nothing, and must not hold the drain up.
 * @param pods labels by which the pods are found
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 */
export function disruptionBudget(pods: Labels): types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: pods },
  };
}
