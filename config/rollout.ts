import { z } from "zod";
import { dnsName, labelValue, memoryQuantity, object, oneOf, qualifiedName, text, wholeNumber } from "./fields.ts";
import { mountPath } from "./paths.ts";

/** How many pods there are, how they are replaced, and where they run. */

export const autoscale = object({
  min: wholeNumber(1, 100),
  max: wholeNumber(1, 1000),
  /** Share of the requested CPU, averaged over the pods, that is aimed at. */
  cpuPercent: wholeNumber(1, 1000).default(70),
  /** Seconds for which fewer pods must have sufficed before some go. */
  scaleDownSeconds: wholeNumber(0, 3600).default(300),
});

/** A number of pods, or a share of them. */
const pods = () => {
  const must = 'must be a number of pods, or a share of them such as "25%"';
  return z.union([z.int(must).min(0, must).max(1000, must), text(/^(100|[1-9]?[0-9])%$/, must)], must);
};

export const rollout = object({
  /** deployment: 0. statefulset: 1. */
  maxUnavailable: pods().optional(),
  /** deployment alone; default 1. */
  maxSurge: pods().optional(),
  minReadySeconds: wholeNumber(0, 3600).default(0),
  /** Seconds without progress after which a rollout has failed. */
  deadlineSeconds: wholeNumber(10, 3600).default(300),
  /** Old revisions that are kept for kubectl rollout undo. */
  history: wholeNumber(0, 100).default(10),
  /** statefulset alone; default ordered. */
  order: oneOf(["ordered", "parallel"]).optional(),
  /** statefulset alone: pods below this number keep the old version; default 0. */
  partition: wholeNumber(0, 1000).optional(),
});

/** A claim for each pod of a statefulset. */
export const claim = object({
  size: memoryQuantity().default("1Gi"),
  path: mountPath().default("/data"),
});

/** What the API server takes. @see validateTolerations in pkg/apis/core/validation of Kubernetes */
const toleration = object({
  key: qualifiedName().optional(),
  operator: oneOf(["Exists", "Equal"]).default("Equal"),
  value: labelValue().optional(),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: wholeNumber(0, 86_400).optional(),
}).superRefine(({ key, operator, value, effect, tolerationSeconds }, context) => {
  const refuse = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
  if (key === undefined && operator !== "Exists") refuse("operator", "must be Exists where no key is given");
  if (operator === "Exists" && value !== undefined) refuse("value", "is for operator Equal; remove it");
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    refuse("effect", "must be NoExecute where tolerationSeconds is given");
});

export const scheduling = object({
  /** Pods on different nodes and zones: required leaves a pod without a place rather than uneven by more than one. */
  spread: oneOf(["preferred", "required", "none"]).default("preferred"),
  /** No two pods on one node. */
  antiAffinity: oneOf(["none", "preferred", "required"]).default("none"),
  nodeSelector: z
    .record(qualifiedName(), labelValue(), {
      error: ({ code }) => (code === "invalid_key" ? "is not the key of a label" : "must map labels to values"),
    })
    .default({}),
  tolerations: z.array(toleration, "must be a list of tolerations").default([]),
  priorityClassName: dnsName().optional(),
});

export type Autoscale = z.output<typeof autoscale>;
export type RolloutSettings = z.output<typeof rollout>;
export type ClaimSettings = z.output<typeof claim>;
export type SchedulingSettings = z.output<typeof scheduling>;
