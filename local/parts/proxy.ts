import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { podRange } from "../settings.ts";
import { kubeconfigOf } from "./certificates.ts";
import { nodeName } from "./kubelet.ts";
import type { LocalNode } from "../localNode.ts";
import type { Part } from "./part.ts";

const configurationFile = (node: LocalNode) => join(node.paths.run, "proxy.yaml");

/** Starts the kube-proxy of a node that has been set up for it. */
export async function launchProxy(node: LocalNode): Promise<void> {
  await node.launch("kube-proxy", [node.component("kube-proxy"), `--config=${configurationFile(node)}`]);
}

export const proxy: Part = {
  name: "kube-proxy",
  processes: ["kube-proxy"],
  deadlineSeconds: 30,
  async start(node) {
    const configuration = {
      apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
      kind: "KubeProxyConfiguration",
      mode: "iptables",
      clientConnection: { kubeconfig: kubeconfigOf(node, "proxy") },
      clusterCIDR: podRange,
      hostnameOverride: nodeName,
      // The conntrack limits belong to the machine and are read-only in a network namespace.
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    };
    await writeFile(configurationFile(node), stringify(configuration));
    await launchProxy(node);
  },
  ready: () => Promise.resolve(true),
  stop: (node) => node.end("kube-proxy", 2),
};
