import { z } from "zod";
import { dnsName, labelValue, memoryQuantity, object, oneOf, qualifiedName, text, wholeNumber } from "./fields.ts";
import { mountPath } from "./paths.ts";

/** How many pods there are, how they are replaced, and where they run. */

export const autoscale = object({
  min: wholeNumber(1, 100).describe("least pods"),
  max: wholeNumber(1, 1000).describe("most pods"),
  cpuPercent: wholeNumber(1, 1000)
    .default(70)
    .describe("share of the requested CPU, averaged over the pods, that is aimed at"),
  scaleDownSeconds: wholeNumber(0, 3600).default(300).describe("how long fewer pods must have sufficed before some go"),
});

/** A number of pods, or a share of them. */
const pods = () => {
  const must = 'must be a number of pods, or a share of them such as "25%"';
  return z.union([z.int(must).min(0, must).max(1000, must), text(/^(100|[1-9]?[0-9])%$/, must)], must);
};

export const rollout = object({
  maxUnavailable: pods().optional().meta({
    description: "pods that may be away; of a statefulset more than 1 from Kubernetes 1.35 on",
    otherwise: "`0`, of a statefulset `1`",
  }),
  maxSurge: pods()
    .optional()
    .meta({ description: "of a deployment alone: pods that may be there beside the others", otherwise: "`1`" }),
  minReadySeconds: wholeNumber(0, 3600).default(0).describe("how long a new pod must have been ready before it counts"),
  deadlineSeconds: wholeNumber(10, 3600).default(300).meta({
    description: "without progress for so long a rollout has failed",
    page: "operations/rollback.md",
  }),
  history: wholeNumber(0, 100).default(10).describe("old revisions that are kept for `kubectl rollout undo`"),
  order: oneOf(["ordered", "parallel"])
    .optional()
    .meta({ description: "of a statefulset alone: `parallel` starts all pods at once", otherwise: "`ordered`" }),
  partition: wholeNumber(0, 1000)
    .optional()
    .meta({ description: "of a statefulset alone: pods below this number keep the old version", otherwise: "`0`" }),
});

/** A claim for each pod of a statefulset. */
export const claim = object({
  size: memoryQuantity().default("1Gi").describe("of each pod's claim"),
  path: mountPath().default("/data").describe("where it is mounted"),
});

/** What the API server takes. @see validateTolerations in pkg/apis/core/validation of Kubernetes */
const toleration = object({
  key: qualifiedName().optional().meta({ description: "of the taint", otherwise: "every key, with `Exists`" }),
  operator: oneOf(["Exists", "Equal"]).default("Equal").describe("whether the taint's value counts"),
  value: labelValue().optional().meta({ description: "of the taint, with `Equal`", otherwise: "empty" }),
  effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"])
    .optional()
    .meta({ description: "of the taint", otherwise: "every effect" }),
  tolerationSeconds: wholeNumber(0, 86_400)
    .optional()
    .meta({ description: "how long a pod stays, with `NoExecute`", otherwise: "for ever" }),
}).superRefine(({ key, operator, value, effect, tolerationSeconds }, context) => {
  const refuse = (name: string, message: string) => context.addIssue({ code: "custom", path: [name], message });
  if (key === undefined && operator !== "Exists") refuse("operator", "must be Exists where no key is given");
  if (operator === "Exists" && value !== undefined) refuse("value", "is for operator Equal; remove it");
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    refuse("effect", "must be NoExecute where tolerationSeconds is given");
});

export const scheduling = object({
  spread: oneOf(["preferred", "required", "none"])
    .default("preferred")
    .describe("over nodes and zones; `required`: rather no place than uneven over nodes by more than one"),
  antiAffinity: oneOf(["none", "preferred", "required"]).default("none").describe("no two pods on one node"),
  nodeSelector: z
    .record(qualifiedName(), labelValue(), {
      error: ({ code }) => (code === "invalid_key" ? "is not the key of a label" : "must map labels to values"),
    })
    .default({})
    .describe("labels of the nodes that pods run on"),
  tolerations: z
    .array(toleration, "must be a list of tolerations")
    .default([])
    .describe("taints of nodes that pods run on all the same"),
  priorityClassName: dnsName().optional().meta({ description: "a PriorityClass of the cluster", otherwise: "none" }),
});

export type Autoscale = z.output<typeof autoscale>;
export type RolloutSettings = z.output<typeof rollout>;
export type ClaimSettings = z.output<typeof claim>;
export type SchedulingSettings = z.output<typeof scheduling>;
