import { PatchStrategy } from "@kubernetes/client-node";
import { appliedBy } from "../components/namespace.ts";
import { describe, type KubernetesObject } from "../render/objects.ts";
import { apiMessage, orUndefined, type Cluster } from "./cluster.ts";
import { remember, secretToCreate, type SecretKeeper } from "./secrets.ts";

/** Owner of the fields that are applied here. @see https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const fieldManager = "session-stack";

/**
 * Applies rendered objects in their order. Missing Secrets are created, existing ones never touched.
 * @throws Error naming the object and the API server's reason, or when the Pulumi engine owns the namespace.
 */
export async function apply(cluster: Cluster, objects: KubernetesObject[], keeper: SecretKeeper): Promise<void> {
  await refuseEnginesNamespaces(cluster, objects);
  for (const object of objects) {
    try {
      await (object.kind === "Secret" ? createOnce(cluster, object, keeper) : applyServerSide(cluster, object));
    } catch (error) {
      throw new Error(`cannot apply ${describe(object)}: ${apiMessage(error)}`, { cause: error });
    }
  }
}

/** Deletes what an earlier release of the stack had and this one has not: old configurations, a dropped Ingress. */
export async function prune(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
  const wanted = new Set(objects.map(identity));
  for (const scope of ownedNamespaces(objects)) {
    const found = await listPrunable(cluster, scope);
    for (const object of found.filter((item) => !wanted.has(identity(item)))) {
      await orUndefined(cluster.objects.delete(object));
    }
  }
}

/** Objects of the kinds that hold neither data nor secrets, so that deleting one loses nothing. */
async function listPrunable(
  { core, networking }: Cluster,
  scope: { namespace: string; labelSelector: string },
): Promise<KubernetesObject[]> {
  const [configMaps, services, ingresses] = await Promise.all([
    core.listNamespacedConfigMap(scope),
    core.listNamespacedService(scope),
    networking.listNamespacedIngress(scope),
  ]);
  const named = (apiVersion: string, kind: string, items: { metadata?: { name?: string; namespace?: string } }[]) =>
    items.map(({ metadata }) => ({
      apiVersion,
      kind,
      metadata: { name: metadata?.name ?? "", namespace: metadata?.namespace },
    }));
  return [
    ...named("v1", "ConfigMap", configMaps.items),
    ...named("v1", "Service", services.items),
    ...named("networking.k8s.io/v1", "Ingress", ingresses.items),
  ];
}

function identity({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace ?? "", metadata.name].join("/");
}

function ownedNamespaces(objects: KubernetesObject[]) {
  const instance = "app.kubernetes.io/instance";
  const namespaces = new Map(objects.map(({ metadata }) => [metadata.namespace, metadata.labels?.[instance]]));
  return [...namespaces].flatMap(([namespace, owner]) =>
    namespace === undefined || owner === undefined
      ? []
      : [{ namespace, labelSelector: `${instance}=${owner},app.kubernetes.io/part-of=session-stack` }],
  );
}

async function refuseEnginesNamespaces(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
  for (const { kind, metadata } of objects) {
    if (kind !== "Namespace" || metadata.annotations?.[appliedBy] === undefined) continue;
    const existing = await orUndefined(cluster.core.readNamespace({ name: metadata.name }));
    const owner = existing?.metadata?.annotations?.[appliedBy];
    if (owner === "pulumi") {
      throw new Error(
        `namespace ${metadata.name} belongs to the Pulumi engine: go on with pulumi up, or destroy it with pulumi destroy first`,
      );
    }
  }
}

async function createOnce(cluster: Cluster, secret: KubernetesObject, keeper: SecretKeeper): Promise<void> {
  const { name, namespace = "" } = secret.metadata;
  const existing = await orUndefined(cluster.core.readNamespacedSecret({ name, namespace }));
  const present =
    existing ?? (await cluster.core.createNamespacedSecret({ namespace, body: secretToCreate(secret, keeper) }));
  remember(name, present.data ?? {}, keeper);
}

function applyServerSide(cluster: Cluster, object: KubernetesObject): Promise<unknown> {
  return cluster.objects.patch(object, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply);
}
