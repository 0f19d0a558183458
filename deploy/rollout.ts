import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import type { KubernetesObject } from "../render/objects.ts";
import { explainPods } from "./explain.ts";
import type { Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";

/** Waits until every Deployment and StatefulSet runs what was applied, as `kubectl rollout status` does. */
export async function waitForRollouts(cluster: Cluster, objects: KubernetesObject[], seconds: number): Promise<void> {
  const workloads = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  await Promise.all(workloads.map((workload) => waitForRollout(cluster, workload, seconds)));
}

async function waitForRollout(cluster: Cluster, { kind, metadata }: KubernetesObject, seconds: number): Promise<void> {
  const { name, namespace = "" } = metadata;
  const rolledOut = async () =>
    kind === "Deployment"
      ? deploymentRolledOut(await cluster.apps.readNamespacedDeployment({ name, namespace }))
      : statefulSetRolledOut(await cluster.apps.readNamespacedStatefulSet({ name, namespace }));
  try {
    await eventually(`${kind} ${namespace}/${name}`, seconds, rolledOut);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const pods = await explainPods(cluster, namespace, { "app.kubernetes.io/name": name });
    throw new Error(`${reason}\n${pods}`, { cause: error });
  }
}

/** @see https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go */
export function deploymentRolledOut({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

export function statefulSetRolledOut({ metadata, spec, status }: V1StatefulSet): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.readyReplicas ?? 0) === wanted &&
    (status?.updatedReplicas ?? wanted) === wanted &&
    status?.updateRevision === status?.currentRevision
  );
}
