import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { KubernetesObject } from "../render/objects.ts";
import type { Cluster } from "./cluster.ts";
import { selectorOf } from "./workload.ts";

/**
 * Names of the ConfigMaps that pods behind a StatefulSet's partition have, as `namespace/name`: they keep the old version,
 * and come back in it when they are lost, although what is deployed no longer names these.
 */
export async function heldBackConfigMaps({ core }: Cluster, objects: KubernetesObject[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const { metadata, spec } of objects.filter(isPartitioned)) {
    const { namespace = "" } = metadata;
    const { matchLabels } = spec?.selector as { matchLabels: Record<string, string> };
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: selectorOf(matchLabels) });
    for (const name of items.flatMap((pod) => configMapsOf(pod.spec))) names.add(`${namespace}/${name}`);
  }
  return names;
}

function isPartitioned({ kind, spec }: KubernetesObject): boolean {
  const strategy = spec?.updateStrategy as { rollingUpdate?: { partition?: number } } | undefined;
  return kind === "StatefulSet" && (strategy?.rollingUpdate?.partition ?? 0) > 0;
}

function configMapsOf(spec: V1PodSpec | undefined): string[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  const volumes = spec?.volumes?.map(({ configMap }) => configMap?.name) ?? [];
  return [...volumes, ...containers.flatMap(variablesOf)].filter((name) => name !== undefined);
}

function variablesOf({ env = [], envFrom = [] }: V1Container): (string | undefined)[] {
  return [
    ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
  ];
}
