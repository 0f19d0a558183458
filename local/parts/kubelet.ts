import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { nodeReady } from "../kubernetes.ts";
import type { LocalNode } from "../localNode.ts";
import { dnsAddress } from "../settings.ts";
import { kubeconfigOf } from "./certificates.ts";
import type { Part } from "./part.ts";
import { servingCertificate } from "./servingCertificate.ts";
import type { ServingCertificate } from "./servingCertificate.ts";

/** Name of the node in the cluster. */
export const nodeName = "node";

export const kubelet: Part = {
  name: "kubelet",
  processes: ["kubelet"],
  deadlineSeconds: 60,
  async start(node) {
    const file = join(node.paths.run, "kubelet.yaml");
    const serving = await servingCertificate(node, "kubelet", nodeName, node.settings.addresses.node);
    await writeFile(file, stringify(configuration(node, serving)));
    await node.launch("kubelet", [
      node.component("kubelet"),
      `--config=${file}`,
      `--kubeconfig=${kubeconfigOf(node, "kubelet")}`,
      `--root-dir=${node.paths.kubelet}`,
      `--cert-dir=${join(node.paths.kubelet, "pki")}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${node.settings.addresses.node}`,
    ]);
  },
  ready: (node) => nodeReady(node.paths.kubeconfig, nodeName),
  stop: (node) => node.end("kubelet", 3),
};

function configuration(node: LocalNode, serving: ServingCertificate) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(node.paths.pki, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    // By the cluster's authority, so that the API server and the metrics server know whom they ask.
    tlsCertFile: serving.certificate,
    tlsPrivateKeyFile: serving.key,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${node.settings.name}`,
    // Machines with control groups of version 1 are served too.
    failCgroupV1: false,
    containerRuntimeEndpoint: `unix://${node.paths.containerdSocket}`,
    clusterDNS: [dnsAddress],
    clusterDomain: "cluster.local",
    // Pods get no name server of the machine: the node has no way out.
    resolvConf: "",
    // How late a pod's mounted Secrets and ConfigMaps follow; the usual minute would be the length of most tests.
    syncFrequency: "10s",
    volumePluginDir: join(node.paths.kubelet, "volumeplugins"),
    // A collected image could not be pulled again, and a full disk of the machine is not this node's doing.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: {
      "memory.available": "100Mi",
      "nodefs.available": "1%",
      "nodefs.inodesFree": "1%",
      "imagefs.available": "1%",
    },
    failSwapOn: false,
  };
}
