import { PatchStrategy } from "@kubernetes/client-node";
import { selfSignedAnnotation } from "../components/exposure/certificate.ts";
import { customKinds } from "../components/exposure/kinds.ts";
import { appliedBy } from "../components/namespace.ts";
import { describe, type KubernetesObject } from "../render/objects.ts";
import { clientNames } from "./clientNames.ts";
import { apiMessage, orUndefined, type Cluster } from "./cluster.ts";
import { heldBackConfigMaps } from "./heldBack.ts";
import { refuseUnknownKinds, unknownKinds } from "./kinds.ts";
import { withLiveReplicas } from "./replicas.ts";
import { SecretWriter, type SecretKeeper } from "./secrets.ts";

/** Owner of the fields that are applied here. @see https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
const fieldManager = "session-stack";

/**
 * Applies rendered objects in their order. Secrets keep the passwords that they hold, and workloads with an autoscaler
 * the replicas that they have. Autoscalers that are no longer wanted go first: they would change what is applied.
 * @throws Error naming the object and the API server's reason, when the Pulumi engine owns the namespace, or when the
 *   cluster lacks a kind.
 */
export async function apply(cluster: Cluster, objects: KubernetesObject[], keeper: SecretKeeper): Promise<void> {
  await refuseEnginesNamespaces(cluster, objects);
  await refuseUnknownKinds(cluster, objects);
  const secrets = await SecretWriter.create(cluster, objects, keeper);
  await deleteUnwanted(cluster, objects, autoscalers);
  for (const object of await withLiveReplicas(cluster, objects)) {
    try {
      await (object.kind === "Secret" ? secrets.apply(object) : applyServerSide(cluster, object));
    } catch (error) {
      throw new Error(`cannot apply ${describe(object)}: ${apiMessage(error)}`, { cause: error });
    }
  }
}

/** Deletes what an earlier release of the stack had and this one has not: old configurations, a dropped Ingress. */
export function prune(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
  return deleteUnwanted(cluster, objects, prunable);
}

async function deleteUnwanted(cluster: Cluster, objects: KubernetesObject[], kinds: Kind[]): Promise<void> {
  for (const object of await unwanted(cluster, objects, kinds)) await orUndefined(cluster.objects.delete(object));
}

/** What {@link apply} and {@link prune} would delete. */
export function doomed(cluster: Cluster, objects: KubernetesObject[]): Promise<KubernetesObject[]> {
  return unwanted(cluster, objects, [...autoscalers, ...prunable]);
}

async function unwanted(cluster: Cluster, objects: KubernetesObject[], kinds: Kind[]): Promise<KubernetesObject[]> {
  const wanted = new Set(objects.map(identity));
  const found: KubernetesObject[] = [];
  for (const scope of ownedNamespaces(objects)) found.push(...(await listOurs(cluster, scope, kinds)));
  const heldBack = await heldBackConfigMaps(cluster, objects);
  const isHeldBack = ({ kind, metadata: { namespace, name } }: KubernetesObject) =>
    kind === "ConfigMap" && heldBack.has(`${namespace}/${name}`);
  return found.filter((item) => !wanted.has(identity(item)) && !isHeldBack(item));
}

type Kind = Pick<KubernetesObject, "apiVersion" | "kind">;

const autoscalers: Kind[] = [{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" }];

/**
 * Kinds that hold neither data nor secrets, so that deleting one loses nothing: the claims of a StatefulSet stay. Of
 * Secrets only those whose certificate was made here go, as the hosts that it was for have. Workloads come first, for
 * what is left of them needs the rest while they end.
 */
const prunable: Kind[] = [
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  ...customKinds,
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
];

async function listOurs(
  cluster: Cluster,
  { namespace, labelSelector }: Scope,
  wantedKinds: Kind[],
): Promise<KubernetesObject[]> {
  const { objects: api } = cluster;
  const kinds = wantedKinds.map((kind) => ({ ...kind, metadata: { name: "" } }));
  const missing = await unknownKinds(cluster, kinds);
  const lists = kinds
    .filter((kind) => !missing.includes(kind))
    .map(async ({ apiVersion, kind }) => {
      const none = undefined;
      const { items } = await api.list(apiVersion, kind, namespace, none, none, none, none, labelSelector);
      const ours = items.filter(
        ({ metadata }) => kind !== "Secret" || metadata?.annotations?.[selfSignedAnnotation] !== undefined,
      );
      return ours.map(({ metadata }) => ({ apiVersion, kind, metadata: { name: metadata?.name ?? "", namespace } }));
    });
  return (await Promise.all(lists)).flat();
}

function identity({ kind, metadata }: KubernetesObject): string {
  return [kind, metadata.namespace ?? "", metadata.name].join("/");
}

/** What one stack has in one namespace. */
interface Scope {
  namespace: string;
  labelSelector: string;
}

function ownedNamespaces(objects: KubernetesObject[]): Scope[] {
  const instance = "app.kubernetes.io/instance";
  const namespaces = new Map(objects.map(({ metadata }) => [metadata.namespace, metadata.labels?.[instance]]));
  return [...namespaces].flatMap(([namespace, owner]) =>
    namespace === undefined || owner === undefined
      ? []
      : [{ namespace, labelSelector: `${instance}=${owner},app.kubernetes.io/part-of=session-stack` }],
  );
}

/** @throws Error when the Pulumi engine owns one of the namespaces. */
export async function refuseEnginesNamespaces(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
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

function applyServerSide({ objects }: Cluster, object: KubernetesObject): Promise<unknown> {
  const strategy = PatchStrategy.ServerSideApply;
  return objects.patch(clientNames(object), undefined, undefined, fieldManager, true, strategy);
}

/** What the API server would make of an object, every default filled in; it changes nothing. */
export function dryRun({ objects }: Cluster, object: KubernetesObject): Promise<KubernetesObject> {
  const strategy = PatchStrategy.ServerSideApply;
  return objects.patch<KubernetesObject>(clientNames(object), undefined, "All", fieldManager, true, strategy);
}
