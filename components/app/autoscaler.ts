import type { types } from "@pulumi/kubernetes";
import type { Autoscale } from "../../config/rollout.ts";
import { appContainer } from "./containers.ts";

/**
 * Pods are counted by the application's own CPU: what a sidecar requests, or does not, is no part of its load.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#container-resource-metrics
 */
export function autoscalerSpec(
  { min, max, cpuPercent, scaleDownSeconds }: Autoscale,
  deployment: string,
): types.input.autoscaling.v2.HorizontalPodAutoscalerSpec {
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
    minReplicas: min,
    maxReplicas: max,
    metrics: [
      {
        type: "ContainerResource",
        containerResource: {
          name: "cpu",
          container: appContainer,
          target: { type: "Utilization", averageUtilization: cpuPercent },
        },
      },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownSeconds } },
  };
}
