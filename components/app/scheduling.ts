import type { types } from "@pulumi/kubernetes";
import type { SchedulingSettings } from "../../config/rollout.ts";
import type { AppArgs } from "../app.ts";
import type { Labels } from "../labels.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Constraint = types.input.core.v1.TopologySpreadConstraint;
type Affinity = types.input.core.v1.Affinity;

const hostname = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";

/**
 * Where the pods run.
 * @param pods labels by which they are found
 */
export function placement(
  { scheduling, workload }: Pick<AppArgs, "scheduling" | "workload">,
  pods: Labels,
): Omit<PodSpec, "containers"> {
  const { nodeSelector, tolerations, priorityClassName } = scheduling;
  const ofOneVersion = { labelSelector: { matchLabels: pods }, ...versions(workload) };
  const constraints = spread(scheduling.spread, ofOneVersion);
  return {
    ...(constraints.length === 0 ? {} : { topologySpreadConstraints: constraints }),
    ...antiAffinity(scheduling.antiAffinity, ofOneVersion),
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(priorityClassName === undefined ? {} : { priorityClassName }),
  };
}

type Matched = Pick<Constraint, "labelSelector" | "matchLabelKeys">;

/**
 * Pods of the old version do not count for those of a Deployment's new one: they would leave these without a place while
 * they are replaced, and the new ones uneven when they have gone. A StatefulSet replaces a pod at its own place.
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#topologyspreadconstraints-field
 */
function versions(workload: AppArgs["workload"]): Pick<Constraint, "matchLabelKeys"> {
  return workload === "deployment" ? { matchLabelKeys: ["pod-template-hash"] } : {};
}

/** Zones are a wish in either case: nodes that have no such label would take no pod at all. */
function spread(kind: SchedulingSettings["spread"], matched: Matched): Constraint[] {
  if (kind === "none") return [];
  const over = (topologyKey: string, whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    ...matched,
  });
  return [over(hostname, kind === "required" ? "DoNotSchedule" : "ScheduleAnyway"), over(zone, "ScheduleAnyway")];
}

function antiAffinity(kind: SchedulingSettings["antiAffinity"], matched: Matched): { affinity?: Affinity } {
  const term = { topologyKey: hostname, ...matched };
  switch (kind) {
    case "none":
      return {};
    case "preferred": {
      const preferred = [{ weight: 100, podAffinityTerm: term }];
      return { affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } } };
    }
    case "required":
      return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  }
}
