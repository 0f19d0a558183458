import assert from "node:assert/strict";
import { disruptionBudgets } from "../policy/rules/disruptionBudgets.ts";
import type { KubernetesObject } from "../policy/rules/rule.ts";
import { messagesOf, object } from "./policies.ts";

const labels = { app: "shop", tier: "web" };
const workload = (kind: string, replicas?: number) =>
  object("apps/v1", kind, "app", { spec: { replicas, template: { metadata: { labels } } } });
const budget = (selector: object | undefined, more: object = {}) =>
  object("policy/v1", "PodDisruptionBudget", "app", { spec: { maxUnavailable: 1, selector }, ...more });
const autoscaler = (kind: string, name: string) =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", "app", {
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind, name }, minReplicas: 1, maxReplicas: 9 },
  });
const refusal = (pods: number, kind = "Deployment") =>
  `${kind} shop/app: has up to ${pods} pods and no PodDisruptionBudget, so that draining nodes may stop all of them at once; add one whose selector finds its pods`;

const elsewhere = { metadata: { name: "app", namespace: "other" } };

const cases: [title: string, objects: KubernetesObject[], ...messages: string[]][] = [
  [
    "takes a budget whose selector finds the pods",
    [workload("Deployment", 3), budget({ matchLabels: { app: "shop" } })],
  ],
  ["takes a budget for every pod", [workload("StatefulSet", 2), budget({})]],
  ["takes one pod, which a budget could only hold on to", [workload("Deployment", 1), workload("StatefulSet")]],
  ["takes pods on each node", [workload("DaemonSet", 3)]],
  ["takes an autoscaler of something else", [workload("Deployment", 1), autoscaler("Deployment", "other")]],
  ["takes an autoscaler of another kind", [workload("Deployment", 1), autoscaler("StatefulSet", "app")]],
  ["refuses several pods without", [workload("Deployment", 3)], refusal(3)],
  ["refuses several members of a set without", [workload("StatefulSet", 2)], refusal(2, "StatefulSet")],
  ["refuses what an autoscaler makes several", [workload("Deployment"), autoscaler("Deployment", "app")], refusal(9)],
  [
    "refuses a budget of other pods",
    [workload("Deployment", 3), budget({ matchLabels: { app: "other" } })],
    refusal(3),
  ],
  ["refuses a budget without selector, which finds none", [workload("Deployment", 3), budget(undefined)], refusal(3)],
  ["refuses a budget of another namespace", [workload("Deployment", 3), budget({}, elsewhere)], refusal(3)],
];

const expressions: [expression: object, isFound: boolean][] = [
  [{ key: "tier", operator: "In", values: ["api", "web"] }, true],
  [{ key: "tier", operator: "In", values: ["api"] }, false],
  [{ key: "tier", operator: "NotIn", values: ["api"] }, true],
  [{ key: "tier", operator: "NotIn", values: ["web"] }, false],
  [{ key: "zone", operator: "NotIn", values: ["web"] }, true],
  [{ key: "tier", operator: "Exists" }, true],
  [{ key: "zone", operator: "Exists" }, false],
  [{ key: "zone", operator: "DoesNotExist" }, true],
  [{ key: "tier", operator: "DoesNotExist" }, false],
];

describe("the policy disruption-budgets", () => {
  for (const [title, objects, ...messages] of cases) {
    it(title, () => assert.deepEqual(messagesOf(disruptionBudgets, objects), messages));
  }

  for (const [expression, isFound] of expressions) {
    it(`${isFound ? "takes" : "refuses"} a budget whose selector says ${JSON.stringify(expression)}`, () => {
      const selector = { matchLabels: { app: "shop" }, matchExpressions: [expression] };
      const found = messagesOf(disruptionBudgets, [workload("Deployment", 3), budget(selector)]);
      assert.deepEqual(found, isFound ? [] : [refusal(3)]);
    });
  }
});
