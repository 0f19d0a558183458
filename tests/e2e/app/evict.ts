import { ApiException } from "@kubernetes/client-node";
import { until } from "../../../deploy/eventually.ts";
import type { Pods } from "../proof/pods.ts";

/** Seconds for a PodDisruptionBudget to let a pod go. */
const deadline = 120;

/**
 * Asks for pods to go as `kubectl drain` does, one after the other, each until its budget allows it.
 *
 * @returns how often a budget did not
 */
export async function evictAll({ cluster, namespace }: Pods, names: string[]): Promise<number> {
  let refusals = 0;
  for (const name of names) {
    await until(`${name} to be evicted`, deadline, async () => {
      try {
        await cluster.core.createNamespacedPodEviction({ name, namespace, body: { metadata: { name, namespace } } });
        return true;
      } catch (error) {
        if (!(error instanceof ApiException && error.code === 429)) throw error;
        refusals += 1;
        return false;
      }
    });
  }
  return refusals;
}
