import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { orUndefined, type Cluster } from "../../deploy/cluster.ts";
import { currentSettings } from "../../local/node.ts";

/** Class of the volumes on the node's own disk. */
export const diskClass = "session-stack-bench-disk";

/** As many as redis-0 to redis-2 and the archives need. */
const volumes = Array.from({ length: 4 }, (_, index) => `${diskClass}-${index}`);

/** On the disk that the NFS server exports from: the share and nothing else is what differs. */
const folder = () => join(currentSettings().directory, "bench-disk");

/**
 * Makes volumes on the node's disk. Not emptyDir: the same claims as on the share, so that the same objects are deployed.
 * @param size of each, a Kubernetes quantity
 * @see https://kubernetes.io/docs/concepts/storage/volumes/#local
 */
export async function makeDisk({ core, storage }: Cluster, size: string): Promise<void> {
  const nodes = (await core.listNode()).items.map(({ metadata }) => metadata?.name ?? "");
  const here = { key: "kubernetes.io/hostname", operator: "In", values: nodes };
  await storage.createStorageClass({
    body: {
      metadata: { name: diskClass },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  });
  for (const name of volumes) {
    const path = join(folder(), name);
    await mkdir(path, { recursive: true });
    await core.createPersistentVolume({
      body: {
        metadata: { name },
        spec: {
          storageClassName: diskClass,
          capacity: { storage: size },
          accessModes: ["ReadWriteOnce"],
          persistentVolumeReclaimPolicy: "Retain",
          local: { path },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [here] }] } },
        },
      },
    });
  }
}

/** Removes them with all that is on them; none is fine. After their claims. */
export async function removeDisk({ core, storage }: Cluster): Promise<void> {
  for (const name of volumes) await orUndefined(core.deletePersistentVolume({ name }));
  await orUndefined(storage.deleteStorageClass({ name: diskClass }));
  await rm(folder(), { recursive: true, force: true });
}
