import type { LocalNode } from "../localNode.ts";
import { kubeconfigOf } from "./certificates.ts";
import type { Part } from "./part.ts";

/**
 * Gives Services of type LoadBalancer an address of the link each, where kube-proxy serves them. Those with a class are
 * somebody else's, as everywhere.
 */
export const loadBalancer: Part = {
  name: "load balancer",
  processes: ["loadbalancer"],
  deadlineSeconds: 30,
  start: (node) => launchLoadBalancer(node),
  // A Service that comes before it waits for its address; nothing else does.
  ready: () => Promise.resolve(true),
  stop: (node) => node.end("loadbalancer", 2),
};

/** Starts the process of a node that has been set up for it. */
export async function launchLoadBalancer(node: LocalNode): Promise<void> {
  await node.launch("loadbalancer", [
    node.component("loadbalancer"),
    `--kubeconfig=${kubeconfigOf(node, "loadbalancer")}`,
    `--addresses=${node.settings.addresses.balancers}`,
  ]);
}
