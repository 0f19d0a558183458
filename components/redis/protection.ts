import type { types } from "@pulumi/kubernetes";
import { storeClientLabel, type Labels } from "../labels.ts";
import { metricsPort } from "./metrics.ts";
import { port } from "./names.ts";

/**
 * What keeps the members apart from harm that the cluster does on purpose or lets through. Each takes `members`, the
 * labels by which the store's own pods are found.
 */

/**
 * A drain of nodes takes one member at a time. One that is not ready protects nothing, and must not hold the drain up.
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 */
export function disruptionBudget(members: Labels): types.input.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: members },
  };
}

/**
 * Who may connect to the members: pods of the namespace that call themselves clients, and the members themselves.
 * Metrics are for whoever collects them, mostly in another namespace.
 */
export function networkPolicy(members: Labels, hasMetrics: boolean): types.input.networking.v1.NetworkPolicySpec {
  const peers = [members, storeClientLabel].map((matchLabels) => ({ podSelector: { matchLabels } }));
  return {
    podSelector: { matchLabels: members },
    policyTypes: ["Ingress"],
    ingress: [
      { from: peers, ports: [{ protocol: "TCP", port }] },
      ...(hasMetrics ? [{ ports: [{ protocol: "TCP", port: metricsPort }] }] : []),
    ],
  };
}
