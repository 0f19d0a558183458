import type { KubernetesObject } from "../render/objects.ts";
import { orUndefined, type Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";

/** Seconds for a namespace with its pods, or for the volumes of its claims, to go. */
const deadline = 120;

/**
 * Removes everything the objects stand for, in an order that strands nothing: first the stack's namespaces apart from
 * the storage's own, then, when the provisioner has removed the volumes of their claims, the storage and what is
 * cluster-wide. Directories on the NFS server stay.
 */
export async function destroy(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata);
  const isStorage = (labels: Record<string, string> = {}) => labels["app.kubernetes.io/component"] === "storage";
  const stack = namespaces.filter(({ labels }) => !isStorage(labels)).map(({ name }) => name);
  const storage = namespaces.filter(({ labels }) => isStorage(labels)).map(({ name }) => name);

  await deleteNamespaces(cluster, stack);
  await eventually("the provisioner to remove the volumes", deadline, () => hasNoVolumes(cluster, objects, stack));
  await deleteNamespaces(cluster, storage);
  const clusterWide = objects.filter(({ kind, metadata }) => metadata.namespace === undefined && kind !== "Namespace");
  for (const object of clusterWide.reverse()) await orUndefined(cluster.objects.delete(object));
}

async function deleteNamespaces(cluster: Cluster, names: string[]): Promise<void> {
  for (const name of names) await orUndefined(cluster.core.deleteNamespace({ name }));
  for (const name of names) {
    const gone = async () => (await orUndefined(cluster.core.readNamespace({ name }))) === undefined;
    await eventually(`namespace ${name} to go`, deadline, gone);
  }
}

/** Only volumes of our own class: another's may be kept by its policy. */
async function hasNoVolumes(cluster: Cluster, objects: KubernetesObject[], namespaces: string[]): Promise<boolean> {
  const classes = new Set(objects.filter(({ kind }) => kind === "StorageClass").map(({ metadata }) => metadata.name));
  const { items } = await cluster.core.listPersistentVolume();
  return !items.some(
    ({ spec }) => classes.has(spec?.storageClassName ?? "") && namespaces.includes(spec?.claimRef?.namespace ?? ""),
  );
}
