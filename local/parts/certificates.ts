import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { LocalNode } from "../localNode.ts";
import { contextName, kubernetesVersion, podRange, serviceRange } from "../settings.ts";
import type { Part } from "./part.ts";

/** Keys, certificates and kubeconfigs of a new cluster, made by kubeadm's phases. */
export const certificates: Part = {
  name: "certificates",
  processes: [],
  deadlineSeconds: 1,
  async start(node) {
    const { paths } = node;
    const file = join(paths.run, "kubeadm.yaml");
    await writeFile(file, configuration(node));
    const kubeadm = (...args: string[]) => node.run([node.component("kubeadm"), ...args, "--config", file]);
    await kubeadm("init", "phase", "certs", "all");
    await kubeadm("init", "phase", "kubeconfig", "all", "--kubeconfig-dir", paths.kubeconfigs);
    for (const [user, name] of Object.entries(clientNames)) {
      const kubeconfig = await kubeadm("kubeconfig", "user", "--client-name", name);
      await writeFile(kubeconfigOf(node, user as keyof typeof clientNames), kubeconfig, { mode: 0o600 });
    }
    const admin = await readFile(kubeconfigOf(node, "super-admin"), "utf8");
    await writeFile(paths.kubeconfig, withContext(admin, contextName), { mode: 0o600 });
    await chmod(paths.pki, 0o700);
  },
  ready: async (node) => (await stat(node.paths.kubeconfig)).isFile(),
  stop: () => Promise.resolve(),
};

/** Users that kubeadm has no phase for, and what the API server calls them. */
const clientNames = {
  proxy: "system:kube-proxy",
  loadbalancer: "session-stack:loadbalancer",
  "metrics-server": "session-stack:metrics-server",
};

/** File of the kubeconfig kubeadm made for one component. */
export function kubeconfigOf(
  node: LocalNode,
  user: "super-admin" | "kubelet" | "controller-manager" | "scheduler" | keyof typeof clientNames,
): string {
  return join(node.paths.kubeconfigs, `${user}.conf`);
}

/** The same kubeconfig with its only context renamed. */
export function withContext(kubeconfig: string, name: string): string {
  const document = parse(kubeconfig) as { contexts: { name: string }[]; "current-context": string };
  const [context] = document.contexts;
  if (!context) throw new Error("kubeadm wrote a kubeconfig without a context");
  context.name = name;
  document["current-context"] = name;
  return stringify(document);
}

function configuration(node: LocalNode): string {
  const address = node.settings.addresses.node;
  const documents = [
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: address, bindPort: 6443 },
      nodeRegistration: { name: "node", criSocket: `unix://${node.paths.containerdSocket}` },
    },
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      // Without a version kubeadm asks the network for the newest.
      kubernetesVersion,
      certificatesDir: node.paths.pki,
      encryptionAlgorithm: "ECDSA-P256",
      controlPlaneEndpoint: `${address}:6443`,
      networking: { serviceSubnet: serviceRange, podSubnet: podRange },
      // "External" spares etcd's own certificates: it listens on the namespace's loopback only.
      etcd: { external: { endpoints: ["http://127.0.0.1:2379"] } },
    },
  ];
  return documents.map((document) => stringify(document)).join("---\n");
}
