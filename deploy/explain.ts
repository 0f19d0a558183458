import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";

/** Lines of a log that are worth showing. */
const tailLines = 15;

/** Why pods are not well: their states, the last events and the end of their logs, for the end of an error message. */
export async function explainPods(
  cluster: Cluster,
  namespace: string,
  labels: Record<string, string> = {},
): Promise<string> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const [{ items: pods }, { items: events }] = await Promise.all([
    cluster.core.listNamespacedPod({ namespace, labelSelector }),
    cluster.core.listNamespacedEvent({ namespace }),
  ]);
  const logs = await Promise.all(pods.map((pod) => lastLog(cluster, pod)));
  return [
    `pods in ${namespace}:`,
    ...pods.map((pod) => `  ${podState(pod)}`),
    "last events:",
    ...lastEvents(events).map((line) => `  ${line}`),
    ...logs.flat(),
  ].join("\n");
}

function podState({ metadata, status }: V1Pod): string {
  const containers = (status?.containerStatuses ?? []).map(({ name, ready, restartCount, state }) => {
    const waiting = state?.waiting ?? state?.terminated;
    const reason = waiting === undefined ? "" : `, ${waiting.reason ?? ""} ${waiting.message ?? ""}`.trimEnd();
    return `${name} ${ready ? "ready" : "not ready"}, ${restartCount} restarts${reason}`;
  });
  return `${metadata?.name}: ${status?.phase} (${containers.join("; ") || (status?.conditions?.[0]?.message ?? "")})`;
}

function lastEvents(events: CoreV1Event[]): string[] {
  const time = (event: CoreV1Event) =>
    (event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? 0).valueOf();
  return events
    .sort((a, b) => time(a) - time(b))
    .slice(-tailLines)
    .map(({ type, reason, message, involvedObject }) => `${type} ${involvedObject.name}: ${reason}: ${message}`);
}

async function lastLog(cluster: Cluster, { metadata }: V1Pod): Promise<string[]> {
  const name = metadata?.name ?? "";
  try {
    const log = await cluster.core.readNamespacedPodLog({ name, namespace: metadata?.namespace ?? "", tailLines });
    return [
      `log of ${name}:`,
      ...log
        .trimEnd()
        .split("\n")
        .map((line) => `  ${line}`),
    ];
  } catch {
    return []; // A pod that never started has none.
  }
}
