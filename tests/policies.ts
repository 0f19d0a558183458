import assert from "node:assert/strict";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { violationsOf, type KubernetesObject, type Rule, type Settings } from "../policy/rules/rule.ts";

/** An object of the namespace `shop`. */
export function object(apiVersion: string, kind: string, name: string, fields: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: "shop" }, ...fields };
}

/** An object of the whole cluster. */
export function clusterWide(apiVersion: string, kind: string, name: string, fields: object = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name }, ...fields };
}

/** The Deployment `app`, whose one container is called `app`, too. */
export function deployment(container: Partial<V1Container>, pod: Partial<V1PodSpec> = {}): KubernetesObject {
  const template = {
    metadata: { labels: { app: "shop" } },
    spec: { containers: [{ name: "app", ...container }], ...pod },
  };
  return object("apps/v1", "Deployment", "app", { spec: { template } });
}

/** An object that a rule is tried on, with its title, and what the rule finds. */
export type Case = [title: string, object: KubernetesObject, ...messages: string[]];

interface Place {
  stack?: string;
  settings?: Partial<Settings>;
}

export function messagesOf(rule: Rule, objects: KubernetesObject[], { stack = "dev", settings }: Place = {}): string[] {
  return violationsOf(rule, objects, stack, settings).map(({ message }) => message);
}

/** One test a case: whether the rule takes an object that stands alone. */
export function takesOrRefuses(rule: Rule, cases: Case[], place?: Place): void {
  for (const [title, one, ...messages] of cases) {
    it(`${messages.length === 0 ? "takes" : "refuses"} ${title}`, () => {
      assert.deepEqual(messagesOf(rule, [one], place), messages);
    });
  }
}
