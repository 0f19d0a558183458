import { join } from "node:path";
import { apiReady, canRead } from "../kubernetes.ts";
import type { LocalNode } from "../localNode.ts";
import { podRange, serviceRange } from "../settings.ts";
import { kubeconfigOf } from "./certificates.ts";
import type { Part } from "./part.ts";

export const apiserver: Part = {
  name: "API server",
  processes: ["kube-apiserver"],
  deadlineSeconds: 60,
  async start(node) {
    const pki = (file: string) => join(node.paths.pki, file);
    await node.launch("kube-apiserver", [
      node.component("kube-apiserver"),
      `--advertise-address=${node.settings.addresses.node}`,
      "--etcd-servers=http://127.0.0.1:2379",
      `--service-cluster-ip-range=${serviceRange}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
      "--profiling=false",
      `--client-ca-file=${pki("ca.crt")}`,
      `--tls-cert-file=${pki("apiserver.crt")}`,
      `--tls-private-key-file=${pki("apiserver.key")}`,
      `--kubelet-certificate-authority=${pki("ca.crt")}`,
      `--kubelet-client-certificate=${pki("apiserver-kubelet-client.crt")}`,
      `--kubelet-client-key=${pki("apiserver-kubelet-client.key")}`,
      // The node's name resolves nowhere: exec and logs go to its address.
      "--kubelet-preferred-address-types=InternalIP",
      "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
      `--service-account-key-file=${pki("sa.pub")}`,
      `--service-account-signing-key-file=${pki("sa.key")}`,
      `--requestheader-client-ca-file=${pki("front-proxy-ca.crt")}`,
      `--proxy-client-cert-file=${pki("front-proxy-client.crt")}`,
      `--proxy-client-key-file=${pki("front-proxy-client.key")}`,
      "--requestheader-allowed-names=front-proxy-client",
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    ]);
  },
  // The controller manager exits if it can't read this ConfigMap yet; roles are there a little after /readyz.
  ready: async (node) =>
    (await apiReady(node.paths.kubeconfig)) &&
    (await canRead(kubeconfigOf(node, "controller-manager"), "kube-system", "extension-apiserver-authentication")),
  stop: (node) => node.end("kube-apiserver", 2),
};

export const controllers: Part = {
  name: "controller manager",
  processes: ["kube-controller-manager"],
  deadlineSeconds: 30,
  async start(node) {
    const pki = (file: string) => join(node.paths.pki, file);
    await node.launch("kube-controller-manager", [
      node.component("kube-controller-manager"),
      ...withKubeconfig(node, "controller-manager"),
      `--root-ca-file=${pki("ca.crt")}`,
      `--service-account-private-key-file=${pki("sa.key")}`,
      `--cluster-signing-cert-file=${pki("ca.crt")}`,
      `--cluster-signing-key-file=${pki("ca.key")}`,
      "--use-service-account-credentials=true",
      `--cluster-cidr=${podRange}`,
      "--allocate-node-cidrs=true",
      "--node-cidr-mask-size=24",
      // It makes a client for each controller at its start; the usual 20 requests a second would stretch that to 5 s.
      "--kube-api-qps=300",
      "--kube-api-burst=600",
      // How often autoscalers look; the usual 15 s is for clusters with many. The other delays stay: they keep what a pod
      // uses while it starts from counting as load.
      "--horizontal-pod-autoscaler-sync-period=5s",
    ]);
  },
  ready: () => Promise.resolve(true),
  stop: (node) => node.end("kube-controller-manager", 2),
};

export const scheduler: Part = {
  name: "scheduler",
  processes: ["kube-scheduler"],
  deadlineSeconds: 30,
  start: async (node) => {
    await node.launch("kube-scheduler", [node.component("kube-scheduler"), ...withKubeconfig(node, "scheduler")]);
  },
  ready: () => Promise.resolve(true),
  stop: (node) => node.end("kube-scheduler", 2),
};

function withKubeconfig(node: LocalNode, user: "controller-manager" | "scheduler"): string[] {
  const file = kubeconfigOf(node, user);
  return [
    `--kubeconfig=${file}`,
    `--authentication-kubeconfig=${file}`,
    `--authorization-kubeconfig=${file}`,
    // There is only one, and waiting for the lease of a killed predecessor would cost 15 s.
    "--leader-elect=false",
    "--profiling=false",
  ];
}
