import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import type { Labels } from "../../components/labels.ts";
import { orUndefined, type Cluster } from "../cluster.ts";
import { eventually } from "../eventually.ts";
import { annotate } from "./annotate.ts";

/** Seconds for pods with old values to go: the longest drain (300 s), its shutdown and a margin. */
const departure = 400;

/**
 * Waits until no pod with these labels is left that was made before a Secret's values changed: variables of the
 * environment keep what they were given. The application's pods are replaced by its rollout; others with the store client's label by their owner.
 * @param deadline in seconds
 * @throws Error naming the pods that still have the old values.
 */
export async function clientsFollow(
  cluster: Cluster,
  namespace: string,
  secret: string,
  pods: Labels,
  deadline = departure,
): Promise<void> {
  const changed = valuesChanged(await cluster.core.readNamespacedSecret({ name: secret, namespace }));
  let stale: string[] = [];
  const gone = async () => {
    const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: selector(pods) });
    stale = items.filter((pod) => isStale(pod, changed)).map(({ metadata }) => metadata?.name ?? "");
    return stale.length === 0;
  };
  try {
    await eventually("pods to go that have old values", deadline, gone);
  } catch (error) {
    if (stale.length === 0) throw error;
    throw new Error(
      `these pods in ${namespace} were made before Secret ${secret} changed and have its old values: ${stale.join(", ")}; ` +
        "replace them, then run this again",
      { cause: error },
    );
  }
}

/** Annotation of the signing keys' Secret: which key signs alone, and since when: `<version> <ISO time>`. */
const sinceAnnotation = "session-stack/signing-since";

interface SecretName {
  name: string;
  namespace: string;
}

/** Since when all pods have signed with this key; undefined when that was not noted. */
export async function readSigningSince(
  { core }: Cluster,
  secret: SecretName,
  version: number,
): Promise<Date | undefined> {
  const found = await orUndefined(core.readNamespacedSecret(secret));
  const [noted, time] = found?.metadata?.annotations?.[sinceAnnotation]?.split(" ") ?? [];
  return noted === String(version) && time !== undefined ? new Date(time) : undefined;
}

/** Notes that from now on all pods sign with this key, unless that is noted already. */
export async function noteSigning(cluster: Cluster, secret: SecretName, version: number): Promise<void> {
  if ((await readSigningSince(cluster, secret, version)) !== undefined) return;
  const annotations = { [sinceAnnotation]: `${version} ${new Date().toISOString()}` };
  // An owner of its own: the fields of the values keep the time at which they changed.
  await annotate(cluster, { apiVersion: "v1", kind: "Secret", metadata: { ...secret, annotations } });
}

function isStale({ metadata, status }: V1Pod, changed: number): boolean {
  const ended = status?.phase === "Succeeded" || status?.phase === "Failed";
  return !ended && (metadata?.creationTimestamp?.valueOf() ?? 0) < changed;
}

/** When somebody last wrote to the values, to the second. */
function valuesChanged({ metadata }: V1Secret): number {
  const writers = (metadata?.managedFields ?? []).filter(({ fieldsV1 }) => "f:data" in ((fieldsV1 ?? {}) as object));
  const times = [metadata?.creationTimestamp, ...writers.map(({ time }) => time)];
  return Math.max(...times.map((time) => time?.valueOf() ?? 0));
}

function selector(pods: Labels): string {
  return Object.entries(pods)
    .map((label) => label.join("="))
    .join(",");
}
