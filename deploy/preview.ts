import type { V1Secret } from "@kubernetes/client-node";
import { describe, type KubernetesObject } from "../render/objects.ts";
import { doomed, dryRun, refuseEnginesNamespaces } from "./apply.ts";
import { apiMessage, orUndefined, type Cluster } from "./cluster.ts";
import { fieldChanges, type FieldChange } from "./fieldChanges.ts";
import { refuseUnknownKinds } from "./kinds.ts";
import { withLiveReplicas } from "./replicas.ts";
import { inMemory, SecretWriter } from "./secrets.ts";

/** What applying would do to one object. */
export interface ObjectPreview {
  /** `Kind namespace/name`. */
  object: string;
  /** `refused`: applying would fail at it. */
  verdict: "create" | "change" | "delete" | "unchanged" | "refused";
  /** Of `change`: the fields. A Secret's values are not among them. */
  fields: FieldChange[];
  /** Of `refused`: the API server's reason; of `create`: why the server could not try it. */
  note?: string;
}

/** Stands for what a Secret holds. */
export const hidden = "[secret]";

/**
 * What applying rendered objects would do, by the API server's own dry run. Changes nothing.
 * @throws Error as applying does before it begins: the engine owns the namespace, or the cluster lacks a kind.
 */
export async function preview(cluster: Cluster, objects: KubernetesObject[]): Promise<ObjectPreview[]> {
  await refuseEnginesNamespaces(cluster, objects);
  await refuseUnknownKinds(cluster, objects);
  const secrets = await SecretWriter.create(cluster, objects, inMemory());
  const newNamespaces = await missingNamespaces(cluster, objects);
  const previews: ObjectPreview[] = [];
  for (const object of await withLiveReplicas(cluster, objects)) {
    previews.push(await previewOne(cluster, object, { secrets, newNamespaces }));
  }
  const deleted = (await doomed(cluster, objects)).map((object) => verdictOn(object, "delete"));
  return [...previews, ...deleted];
}

interface Context {
  secrets: SecretWriter;
  newNamespaces: Set<string>;
}

async function previewOne(cluster: Cluster, object: KubernetesObject, context: Context): Promise<ObjectPreview> {
  try {
    if (object.kind === "Secret") return await previewSecret(object, context.secrets);
    const { namespace } = object.metadata;
    if (namespace !== undefined && context.newNamespaces.has(namespace)) {
      return { ...verdictOn(object, "create"), note: `not tried: namespace ${namespace} is not there yet` };
    }
    const live = await orUndefined<KubernetesObject>(cluster.objects.read(object));
    const result = await dryRun(cluster, object);
    if (live === undefined) return verdictOn(object, "create");
    return changeOf(object, fieldChanges(comparable(live), comparable(result)));
  } catch (error) {
    return { ...verdictOn(object, "refused"), note: apiMessage(error) };
  }
}

async function missingNamespaces({ core }: Cluster, objects: KubernetesObject[]): Promise<Set<string>> {
  const names = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const found = await Promise.all(names.map((name) => orUndefined(core.readNamespace({ name }))));
  return new Set(names.filter((_, index) => found[index] === undefined));
}

/** A Secret's values differ or do not; what they are is nobody's business. */
async function previewSecret(object: KubernetesObject, secrets: SecretWriter): Promise<ObjectPreview> {
  const { existing, next } = await secrets.plan(object);
  if (existing === undefined) return verdictOn(object, "create");
  const fields = next === undefined ? [] : fieldChanges(written(existing), written(next));
  const veil = (value: unknown) => (value === undefined ? undefined : hidden);
  return changeOf(
    object,
    fields.map(({ path, before, after }) => ({ path, before: veil(before), after: veil(after) })),
  );
}

/** The parts of a Secret that are written. */
function written({ metadata, data }: V1Secret): object {
  return { metadata: { labels: metadata?.labels, annotations: metadata?.annotations }, data };
}

/** An object without what the API server notes of each write, and without what controllers say. */
function comparable({ metadata, ...object }: KubernetesObject): object {
  const ours = Object.entries(metadata).filter(([field]) => !bookkeeping.has(field));
  return { ...object, status: undefined, metadata: Object.fromEntries(ours) };
}

const bookkeeping = new Set(["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"]);

function changeOf(object: KubernetesObject, fields: FieldChange[]): ObjectPreview {
  return { ...verdictOn(object, fields.length === 0 ? "unchanged" : "change"), fields };
}

function verdictOn(object: KubernetesObject, verdict: ObjectPreview["verdict"]): ObjectPreview {
  return { object: describe(object), verdict, fields: [] };
}
