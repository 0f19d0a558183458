import type { V1Container, V1PersistentVolumeClaimSpec, V1PodSpec } from "@kubernetes/client-node";
import { podSpec } from "../policy/rules/pods.ts";
import { autoscaled } from "../render/autoscaled.ts";
import { describe, type KubernetesObject } from "../render/objects.ts";
import type { Rendering } from "../render/program.ts";
import { projectName } from "../render/stackFile.ts";

/** A stack as its rendered manifests have it: all that the checks know of it. */
export interface Stack {
  name: string;
  /** Owner of its objects, the value of their label app.kubernetes.io/instance. */
  instance: string;
  namespace: string;
  objects: KubernetesObject[];
}

export function stackOf(name: string, { objects, outputs }: Rendering): Stack {
  return { name, instance: `${projectName()}-${name}`, namespace: outputs.namespace, objects };
}

/** Label that tells which stack an object belongs to. */
export const instanceLabel = "app.kubernetes.io/instance";

/** The stack's objects of a kind. */
export const made = ({ objects }: Stack, kind: string) => objects.filter((object) => object.kind === kind);

/** Whether the stack makes its namespace, in place of taking one that is there. */
export const makesNamespace = (stack: Stack, namespace = stack.namespace) =>
  made(stack, "Namespace").some(({ metadata }) => metadata.name === namespace);

/** Pods that the stack's workloads and jobs make. */
export interface Pods {
  /** `Deployment shop/app` */
  owner: string;
  namespace: string;
  /** How many run all the time: 0 for those of a CronJob. */
  count: number;
  spec: V1PodSpec;
}

export function podsOf({ objects }: Stack): Pods[] {
  const least = new Map(autoscaled(objects).map(({ target, minReplicas }) => [target, minReplicas]));
  return objects.flatMap((object) => {
    const spec = podSpec(object);
    if (spec === undefined) return [];
    const owner = describe(object);
    const replicas = (object.spec?.replicas as number | undefined) ?? least.get(owner) ?? 1;
    const count = object.kind === "CronJob" ? 0 : replicas;
    return [{ owner, namespace: object.metadata.namespace ?? "", count, spec }];
  });
}

/** Containers of a pod, those that run before the others included. */
export const containersOf = ({ initContainers = [], containers }: V1PodSpec): V1Container[] => [
  ...initContainers,
  ...containers,
];

/** Claims of one kind and size. */
export interface Claims {
  owner: string;
  namespace: string;
  count: number;
  spec: V1PersistentVolumeClaimSpec;
}

export function claimsOf({ objects }: Stack): Claims[] {
  return objects.flatMap((object) => {
    const common = { owner: describe(object), namespace: object.metadata.namespace ?? "" };
    if (object.kind === "PersistentVolumeClaim") return [{ ...common, count: 1, spec: object.spec ?? {} }];
    const templates = (object.spec?.volumeClaimTemplates ?? []) as { spec: V1PersistentVolumeClaimSpec }[];
    const count = (object.spec?.replicas as number | undefined) ?? 1;
    return templates.map(({ spec }) => ({ ...common, count, spec }));
  });
}

/** Classes that the stack's claims want volumes of; those without a class take a volume that is there. */
export function wantedClasses(stack: Stack): string[] {
  const names = claimsOf(stack).map(({ spec }) => spec.storageClassName ?? "");
  return [...new Set(names)].filter((name) => name !== "");
}
