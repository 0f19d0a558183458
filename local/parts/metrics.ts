import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { apiServiceAvailable } from "../kubernetes.ts";
import type { LocalNode } from "../localNode.ts";
import { apply } from "./addons.ts";
import { kubeconfigOf } from "./certificates.ts";
import type { Part } from "./part.ts";
import { servingCertificate } from "./servingCertificate.ts";

const manifest = join(import.meta.dirname, "..", "manifests", "metrics.yaml");
const service = { name: "metrics-server", namespace: "kube-system" };
const apiService = "v1beta1.metrics.k8s.io";
const port = 4443;

/**
 * Tells what pods and nodes use, for autoscalers and `kubectl top`. It is ready once it answers the API server; what it
 * answers is empty until it has looked twice at a node or pod (`metricsReady` of kubernetes.ts), which nobody waits for here.
 */
export const metrics: Part = {
  name: "metrics server",
  processes: ["metrics-server"],
  deadlineSeconds: 30,
  async start(node) {
    const { addresses } = node.settings;
    const serving = await servingCertificate(
      node,
      "metrics-server",
      `${service.name}.${service.namespace}.svc`,
      addresses.node,
    );
    const authority = await readFile(join(node.paths.pki, "ca.crt"));
    // First, for without its role it ends.
    await apply(node, [await readFile(manifest, "utf8"), ...registration(node, authority)].join("---\n"));
    const kubeconfig = kubeconfigOf(node, "metrics-server");
    await node.launch("metrics-server", [
      node.component("metrics-server"),
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${addresses.node}`,
      `--secure-port=${port}`,
      `--tls-cert-file=${serving.certificate}`,
      `--tls-private-key-file=${serving.key}`,
      "--kubelet-preferred-address-types=InternalIP",
      // The least it takes, and the most that goes with it for an answer: tests wait for what it tells.
      "--metric-resolution=10s",
      "--kubelet-request-timeout=9s",
    ]);
  },
  // While a part of the API does not answer, namespaces are not deleted and kubectl complains.
  ready: (node) => apiServiceAvailable(node.paths.kubeconfig, apiService),
  stop: (node) => node.end("metrics-server", 2),
};

/** What leads the API server to the process: no pod, so the Service has no selector. */
function registration(node: LocalNode, authority: Buffer): string[] {
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...service, labels: { "kubernetes.io/service-name": service.name } },
    addressType: "IPv4",
    endpoints: [{ addresses: [node.settings.addresses.node], conditions: { ready: true } }],
    ports: [{ name: "https", port, protocol: "TCP" }],
  };
  const registered = {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: apiService },
    spec: {
      group: "metrics.k8s.io",
      version: "v1beta1",
      groupPriorityMinimum: 100,
      versionPriority: 100,
      service,
      caBundle: authority.toString("base64"),
    },
  };
  return [slice, registered].map((object) => stringify(object));
}
