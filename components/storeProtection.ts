import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { disruptionBudget } from "./disruptionBudget.ts";
import { labels, selectorLabels } from "./labels.ts";
import { alertRules, alertsKey, alertsName } from "./redis/metrics.ts";
import { statefulSet } from "./redis/names.ts";
import { networkPolicy } from "./redis/protection.ts";

export interface StoreProtectionArgs {
  instance: string;
  namespace: string;
  /** Exporter of metrics beside each member, or null. */
  metrics: { image: string } | null;
}

/** What keeps the members from harm: a budget for drains, a policy for connections, rules for alerts. */
export function createStoreProtection(name: string, args: StoreProtectionArgs, parent: pulumi.Resource): void {
  const identity = { name: "redis", instance: args.instance };
  const members = selectorLabels(identity);
  const metadata = (object: string) => ({
    name: object,
    namespace: args.namespace,
    labels: labels(identity, "session-store"),
  });
  new k8s.policy.v1.PodDisruptionBudget(
    `${name}-budget`,
    { metadata: metadata(statefulSet), spec: disruptionBudget(members) },
    { parent },
  );
  new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    { metadata: metadata(statefulSet), spec: networkPolicy(members, args.metrics !== null) },
    { parent },
  );
  if (args.metrics === null) return;
  new k8s.core.v1.ConfigMap(
    `${name}-alerts`,
    { metadata: metadata(alertsName), data: { [alertsKey]: alertRules(args.namespace) } },
    { parent },
  );
}
