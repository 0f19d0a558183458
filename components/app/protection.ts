import type { types } from "@pulumi/kubernetes";
import type { Labels } from "../labels.ts";

/**
 * Everybody may connect to the application's port, and nobody to another: where a network is known by whom it is
 * entered, sidecars and debuggers would be open to all of it. Nothing is said of what the pods connect to.
 * @param pods labels by which the application's pods are found
 */
export function networkPolicy(pods: Labels, port: number): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: pods },
    policyTypes: ["Ingress"],
    ingress: [{ ports: [{ protocol: "TCP", port }] }],
  };
}
