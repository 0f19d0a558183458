import type { types } from "@pulumi/kubernetes";
import { storeClientLabel, type Labels } from "../labels.ts";
import { metricsPort } from "./metrics.ts";
import { port } from "./names.ts";

/**
 * Who may connect to the members: pods of the namespace that call themselves clients, and the members themselves.
 * Metrics are for whoever collects them, mostly in another namespace.
 * @param members labels by which the store's own pods are found
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

/** Nobody connects to a pod that backs the store up. */
export function backupPolicy(pods: Labels): types.input.networking.v1.NetworkPolicySpec {
  return { podSelector: { matchLabels: pods }, policyTypes: ["Ingress"] };
}

/** Members fetch the sessions from the server in a pod that restores an archive (restore.sh). */
export function restorePolicy(pods: Labels, members: Labels): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: pods },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: members } }], ports: [{ protocol: "TCP", port }] }],
  };
}
