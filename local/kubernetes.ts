import { ApiregistrationV1Api, AppsV1Api, CoreV1Api, KubeConfig, Metrics } from "@kubernetes/client-node";
import type { ApiType, ApiConstructor } from "@kubernetes/client-node";

/** A client for the cluster of a kubeconfig file. */
export function client<T extends ApiType>(kubeconfig: string, api: ApiConstructor<T>): T {
  return load(kubeconfig).makeApiClient(api);
}

function load(kubeconfig: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config;
}

/** True once the API server serves and its own set-up is done. */
export async function apiReady(kubeconfig: string): Promise<boolean> {
  await client(kubeconfig, CoreV1Api).readNamespace({ name: "kube-system" });
  return true;
}

/** True if the user of the kubeconfig may read a ConfigMap. */
export async function canRead(kubeconfig: string, namespace: string, name: string): Promise<boolean> {
  await client(kubeconfig, CoreV1Api).readNamespacedConfigMap({ namespace, name });
  return true;
}

export async function serviceAccountExists(kubeconfig: string, namespace: string, name: string): Promise<boolean> {
  await client(kubeconfig, CoreV1Api).readNamespacedServiceAccount({ namespace, name });
  return true;
}

/** True if the node reports the condition Ready. */
export async function nodeReady(kubeconfig: string, name: string): Promise<boolean> {
  const node = await client(kubeconfig, CoreV1Api).readNode({ name });
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** True if all replicas of the newest generation are ready. */
export async function deploymentReady(kubeconfig: string, namespace: string, name: string): Promise<boolean> {
  const { metadata, spec, status } = await client(kubeconfig, AppsV1Api).readNamespacedDeployment({ namespace, name });
  return status?.observedGeneration === metadata?.generation && status?.readyReplicas === (spec?.replicas ?? 1);
}

/** True once the API server reaches a server that stands behind a part of its API, for example `v1beta1.metrics.k8s.io`. */
export async function apiServiceAvailable(kubeconfig: string, name: string): Promise<boolean> {
  const { status } = await client(kubeconfig, ApiregistrationV1Api).readAPIService({ name });
  return status?.conditions?.some(({ type, status: value }) => type === "Available" && value === "True") ?? false;
}

/** True once the metrics API tells what nodes use, which takes two looks at each: up to 25 s after the node's start. */
export async function metricsReady(kubeconfig: string): Promise<boolean> {
  return (await new Metrics(load(kubeconfig)).getNodeMetrics()).items.length > 0;
}
