import { autoscaled } from "../render/autoscaled.ts";
import { describe, type KubernetesObject } from "../render/objects.ts";
import { orUndefined, type Cluster } from "./cluster.ts";

/**
 * The objects, with `spec.replicas` in workloads that an autoscaler among them scales: as many as there are now, or the
 * autoscaler's least where that is more or the workload is new. Applying without the field would let go of it, where it
 * was applied before, and so leave one replica.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
 */
export async function withLiveReplicas(cluster: Cluster, objects: KubernetesObject[]): Promise<KubernetesObject[]> {
  const least = new Map(autoscaled(objects).map(({ target, minReplicas }) => [target, minReplicas]));
  return Promise.all(
    objects.map(async (object) => {
      const minReplicas = least.get(describe(object));
      if (minReplicas === undefined) return object;
      const live = await orUndefined<KubernetesObject>(cluster.objects.read(object));
      // Below its least, at 0 above all, the autoscaler would have to be waited for, or would never act.
      const replicas = Math.max((live?.spec?.replicas as number | undefined) ?? 0, minReplicas);
      return { ...object, spec: { ...object.spec, replicas } };
    }),
  );
}
