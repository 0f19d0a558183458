import type { types } from "@pulumi/kubernetes";
import type { AppArgs } from "../app.ts";

type DeploymentSpec = types.input.apps.v1.DeploymentSpec;

/** How a Deployment replaces its pods: by default a new one is ready before an old one goes. */
export function deploymentRollout({ rollout }: AppArgs): Partial<DeploymentSpec> {
  const { maxUnavailable = 0, maxSurge = 1, minReadySeconds, deadlineSeconds, history } = rollout;
  return {
    strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge } },
    ...(minReadySeconds === 0 ? {} : { minReadySeconds }),
    progressDeadlineSeconds: deadlineSeconds,
    revisionHistoryLimit: history,
  };
}

/** Pods where the configuration does not say how many. */
const defaultReplicas = 3;

/** How many pods there are when nothing has scaled them yet. */
export function firstReplicas({ replicas, autoscale }: Pick<AppArgs, "replicas" | "autoscale">): number {
  return autoscale?.min ?? replicas ?? defaultReplicas;
}

/** Seconds that requests which are open get after the drain, before the pod is killed. */
const shutdownSeconds = 30;

export function gracePeriod({ drainSeconds, graceSeconds }: Pick<AppArgs, "drainSeconds" | "graceSeconds">): number {
  return graceSeconds ?? drainSeconds + shutdownSeconds;
}

/** Seconds by which Kubernetes' word on a missed progress deadline comes before Pulumi gives up, and is in its error. */
const marginSeconds = 10;

/**
 * Seconds for which Pulumi waits for a rollout, for it does not stop at a missed progress deadline: that deadline, and
 * for each further pod the longest that a good one may take.
 */
export function rolloutTimeout(args: AppArgs): number {
  const { rollout, health, autoscale, workload } = args;
  const pods = autoscale?.max ?? firstReplicas(args);
  const start = health.kind === "none" ? 0 : health.startupSeconds;
  // A StatefulSet's pod has to go before the next of its name can start.
  const stop = workload === "statefulset" ? gracePeriod(args) : 0;
  return rollout.deadlineSeconds + marginSeconds + (pods - 1) * (start + rollout.minReadySeconds + stop);
}
