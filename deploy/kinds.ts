import { describe, isCustom, type KubernetesObject } from "../render/objects.ts";
import { orUndefined, type Cluster } from "./cluster.ts";

/**
 * Refuses objects of kinds that the cluster does not have, before the first of them is applied.
 * @throws Error naming every such object and its group.
 */
export async function refuseUnknownKinds(cluster: Cluster, objects: KubernetesObject[]): Promise<void> {
  const unknown = await unknownKinds(cluster, objects);
  if (unknown.length === 0) return;
  const lines = unknown.map(
    (object) =>
      `${describe(object)} needs the kind ${object.kind} of ${object.apiVersion}: install its CustomResourceDefinition, ` +
      "which comes with the controller that ingress.controller names, or use another one",
  );
  throw new Error(["this cluster lacks kinds that the stack uses:", ...lines.map((line) => `  ${line}`)].join("\n"));
}

/** Those objects whose kind the cluster does not have. */
export async function unknownKinds(cluster: Cluster, objects: KubernetesObject[]): Promise<KubernetesObject[]> {
  const custom = objects.filter(isCustom);
  const served = new Map<string, Set<string>>();
  for (const { apiVersion } of custom) {
    if (!served.has(apiVersion)) served.set(apiVersion, await servedKinds(cluster, apiVersion));
  }
  return custom.filter(({ apiVersion, kind }) => served.get(apiVersion)?.has(kind) !== true);
}

async function servedKinds({ custom }: Cluster, apiVersion: string): Promise<Set<string>> {
  const [group = "", version = ""] = apiVersion.split("/");
  const found = await orUndefined(custom.getAPIResources({ group, version }));
  return new Set(found?.resources.map(({ kind }) => kind));
}
