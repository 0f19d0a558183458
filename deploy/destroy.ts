import type { KubernetesObject } from "../render/objects.ts";
import { orUndefined, type Cluster } from "./cluster.ts";
import { eventually } from "./eventually.ts";
import { unknownKinds } from "./kinds.ts";
import { selectorOf } from "./workload.ts";

/** Seconds for a namespace with its pods, or for the volumes of its claims, to go. */
const deadline = 120;

/**
 * Removes everything the objects stand for, in an order that strands nothing: first the stack's namespaces apart from
 * the storage's own, or what the stack has in a namespace of somebody else; then, when the provisioner has removed the
 * volumes of its claims, the storage and what is cluster-wide. Directories on the NFS server stay.
 */
export async function destroy(cluster: Cluster, rendered: KubernetesObject[]): Promise<void> {
  // Of a kind that the cluster does not have, or has no longer, there are no objects.
  const unknown = await unknownKinds(cluster, rendered);
  const objects = rendered.filter((object) => !unknown.includes(object));
  const isStorage = ({ metadata }: KubernetesObject) => metadata.labels?.["app.kubernetes.io/component"] === "storage";
  const namespaced = objects.filter(({ metadata }) => metadata.namespace !== undefined);
  const namespaces = objects.filter(({ kind }) => kind === "Namespace");
  const clusterWide = objects.filter((object) => !namespaced.includes(object) && !namespaces.includes(object));
  const stack = namespaced.filter((object) => !isStorage(object));
  const storage = namespaced.filter(isStorage);
  const ours = new Set(namespaces.map(({ metadata }) => metadata.name));
  const guests = stack.filter(({ metadata }) => !ours.has(metadata.namespace ?? ""));
  // A class of the cluster's own NFS driver comes without anything in a namespace.
  const bringsStorage = objects.some(({ kind }) => kind === "StorageClass");

  await deleteWorkloads(cluster, stack);
  await deleteNamespaces(
    cluster,
    namespaces.filter((object) => !isStorage(object)),
  );
  await deleteGuests(cluster, guests, bringsStorage);
  await eventually("the provisioner to remove the volumes", deadline, () => hasNoVolumes(cluster, objects, stack));
  await deleteWorkloads(cluster, storage);
  await deleteNamespaces(cluster, namespaces.filter(isStorage));
  for (const object of clusterWide.reverse()) await orUndefined(cluster.objects.delete(object));
}

/**
 * Deletes workloads and waits for their pods to go. Deleting their namespace would do it, too, but then Kubernetes
 * looks again only after half of the pods' grace periods, however soon they are gone.
 */
async function deleteWorkloads({ core, objects: api }: Cluster, objects: KubernetesObject[]): Promise<void> {
  const workloads = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  for (const workload of workloads) await orUndefined(api.delete(workload));
  for (const { kind, metadata, spec } of workloads) {
    const scope = { namespace: metadata.namespace ?? "", labelSelector: podsOf(spec) };
    const gone = async () => (await core.listNamespacedPod(scope)).items.length === 0;
    await eventually(`the pods of ${kind} ${scope.namespace}/${metadata.name} to go`, deadline, gone);
  }
}

function podsOf(spec: KubernetesObject["spec"]): string {
  return selectorOf((spec?.selector as { matchLabels: Record<string, string> }).matchLabels);
}

/**
 * What stands in a namespace that stays. Claims, of a StatefulSet or for backups, go with the storage that the stack
 * brought, which keeps their directories; on a class of the cluster's own they stay, for their data may go with them.
 */
async function deleteGuests(cluster: Cluster, guests: KubernetesObject[], claimsToo: boolean): Promise<void> {
  const leaving = guests.filter(({ kind }) => claimsToo || kind !== "PersistentVolumeClaim");
  for (const object of leaving.toReversed()) await orUndefined(cluster.objects.delete(object));
  if (!claimsToo) return;
  for (const { metadata, spec } of guests.filter(({ kind }) => kind === "StatefulSet")) {
    const scope = { namespace: metadata.namespace ?? "", labelSelector: podsOf(spec) };
    await cluster.core.deleteCollectionNamespacedPersistentVolumeClaim(scope);
  }
}

async function deleteNamespaces(cluster: Cluster, namespaces: KubernetesObject[]): Promise<void> {
  const names = namespaces.map(({ metadata }) => metadata.name);
  for (const name of names) await orUndefined(cluster.core.deleteNamespace({ name }));
  for (const name of names) {
    const gone = async () => (await orUndefined(cluster.core.readNamespace({ name }))) === undefined;
    await eventually(`namespace ${name} to go`, deadline, gone);
  }
}

/** Only volumes of our own class: another's may be kept by its policy. */
async function hasNoVolumes(
  cluster: Cluster,
  objects: KubernetesObject[],
  stack: KubernetesObject[],
): Promise<boolean> {
  const classes = new Set(objects.filter(({ kind }) => kind === "StorageClass").map(({ metadata }) => metadata.name));
  const namespaces = new Set(stack.map(({ metadata }) => metadata.namespace));
  const { items } = await cluster.core.listPersistentVolume();
  return !items.some(
    ({ spec }) => classes.has(spec?.storageClassName ?? "") && namespaces.has(spec?.claimRef?.namespace),
  );
}
