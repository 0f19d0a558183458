import { firstReplicas } from "../components/app/rollout.ts";
import type { AppSettings } from "./app.ts";
import type { Problem } from "./rules.ts";

/** The rules about how many pods there are and how they are replaced. */
export function scaleRules(app: AppSettings): Problem[] {
  return [
    ...keysFitTheWorkload(app),
    ...autoscaleRules(app),
    ...podsCanBeReplaced(app),
    partitionIsWithinThePods(app),
    deadlineIsAfterReady(app),
  ].filter((problem) => problem !== undefined);
}

/** Keys that one workload knows alone. */
function keysFitTheWorkload({ workload, autoscale, claim, rollout }: AppSettings): Problem[] {
  const given =
    workload === "deployment"
      ? { claim: claim ?? undefined, "rollout.order": rollout.order, "rollout.partition": rollout.partition }
      : { autoscale: autoscale ?? undefined, "rollout.maxSurge": rollout.maxSurge };
  const other = workload === "deployment" ? "statefulset" : "deployment";
  return Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => ({
      path: ["app", ...key.split(".")],
      message: `is for workload ${other} alone; remove it, or set app.workload to ${other}`,
    }));
}

function autoscaleRules(app: AppSettings): Problem[] {
  const { autoscale, replicas } = app;
  if (autoscale === null) return [];
  return [
    ...(replicas === undefined
      ? []
      : [{ path: ["app", "replicas"], message: "and app.autoscale exclude each other; remove one" }]),
    ...(autoscale.min <= autoscale.max
      ? []
      : [{ path: ["app", "autoscale", "min"], message: `must be at most app.autoscale.max (${autoscale.max})` }]),
    ...cpuIsRequested(app),
  ];
}

/** A share of what is requested needs a request, or nothing is ever scaled. A limit alone is taken for one. */
function cpuIsRequested({ resources: { requests, limits } }: AppSettings): Problem[] {
  if ((requests.cpu ?? limits.cpu) !== undefined) return [];
  const message = "is required with app.autoscale, which goes by the share of it that is used";
  return [{ path: ["app", "resources", "requests", "cpu"], message }];
}

const isNone = (pods: number | string | undefined) => pods === 0 || pods === "0%";

/** @see ValidateRollingUpdateDeployment and ValidateStatefulSetSpec in pkg/apis/apps/validation of Kubernetes */
function podsCanBeReplaced({ workload, rollout: { maxUnavailable, maxSurge } }: AppSettings): Problem[] {
  const stuck = "no pod could be replaced";
  if (workload === "statefulset")
    return isNone(maxUnavailable)
      ? [{ path: ["app", "rollout", "maxUnavailable"], message: `must not be 0 with workload statefulset: ${stuck}` }]
      : [];
  if (!isNone(maxUnavailable ?? 0) || !isNone(maxSurge)) return [];
  const message = `must not be 0 where app.rollout.maxUnavailable is 0: ${stuck}`;
  return [{ path: ["app", "rollout", "maxSurge"], message }];
}

function partitionIsWithinThePods(app: AppSettings): Problem | undefined {
  const replicas = firstReplicas(app);
  if (app.workload !== "statefulset" || (app.rollout.partition ?? 0) <= replicas) return undefined;
  return {
    path: ["app", "rollout", "partition"],
    message: `must be at most the number of pods, app.replicas (${replicas})`,
  };
}

/** @see ValidateDeploymentSpec in pkg/apis/apps/validation of Kubernetes */
function deadlineIsAfterReady({ rollout: { deadlineSeconds, minReadySeconds } }: AppSettings): Problem | undefined {
  if (deadlineSeconds > minReadySeconds) return undefined;
  return {
    path: ["app", "rollout", "deadlineSeconds"],
    message: `must be greater than app.rollout.minReadySeconds (${minReadySeconds}), for which each pod has to be ready`,
  };
}
