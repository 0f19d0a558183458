import type { CoreV1Event, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { isReady, type Workload } from "./workload.ts";

/** What keeps a pod, or a workload from getting pods. */
export interface Trouble {
  /** One line: Kubernetes' reason and message. */
  text: string;
  /** Whether waiting longer hardly helps: somebody has to change something. */
  lasting: boolean;
}

/** States in which a container waits because of its image, its configuration or its own end. */
const lastingReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
  "CrashLoopBackOff",
]);

/**
 * Why a pod is not ready: that it has no node, what its containers wait for or ended with, what its probes got, or what
 * went wrong last. Undefined while it starts without anything to complain of.
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/
 */
export function podTrouble(pod: V1Pod, events: CoreV1Event[]): Trouble | undefined {
  if (isReady(pod)) return undefined;
  const { status } = pod;
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return { text: join(scheduled.reason, scheduled.message), lasting: false };
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const container of statuses) {
    const found = containerTrouble(container);
    if (found === undefined) continue;
    return statuses.length > 1 ? { ...found, text: `container ${container.name}: ${found.text}` } : found;
  }
  if (status?.phase === "Failed") return { text: join(status.reason, status.message), lasting: false };
  // Probes that fail, and volumes that cannot be mounted, are only in events.
  const warning = lastWarning(events, pod.metadata);
  return warning === undefined ? undefined : { text: join(warning.reason, warning.message), lasting: false };
}

function containerTrouble({ state, lastState, restartCount }: V1ContainerStatus): Trouble | undefined {
  const { reason, message } = state?.waiting ?? {};
  if (reason === "CrashLoopBackOff") {
    const { exitCode, reason: end } = lastState?.terminated ?? {};
    return {
      text: `CrashLoopBackOff: ended with exit code ${exitCode} (${end}), ${restartCount} restarts`,
      lasting: true,
    };
  }
  if (reason !== undefined && lastingReasons.has(reason)) return { text: join(reason, message), lasting: true };
  const ended = state?.terminated;
  if (ended === undefined || ended.exitCode === 0) return undefined;
  return {
    text: `${ended.reason ?? "Error"}: ended with exit code ${ended.exitCode}, ${restartCount} restarts`,
    lasting: false,
  };
}

/**
 * Why a workload gets no pods at all, or no more of them: a quota, an admission policy. Else, of a Deployment, that
 * Kubernetes has given it up.
 */
export function workloadTrouble(workload: Workload, events: CoreV1Event[]): Trouble | undefined {
  if (workload.kind === "Deployment") {
    const conditions = workload.object.status?.conditions ?? [];
    const failure =
      conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True") ??
      conditions.find(({ reason }) => reason === "ProgressDeadlineExceeded");
    return failure && { text: join(failure.reason, failure.message), lasting: false };
  }
  const { metadata, spec, status } = workload.object;
  // It has no conditions, and its events outlive what they tell of.
  if ((status?.replicas ?? 0) >= (spec?.replicas ?? 1)) return undefined;
  const failures = events.filter(({ reason }) => reason === "FailedCreate");
  const failure = lastWarning(failures, metadata);
  return failure === undefined ? undefined : { text: join(failure.reason, failure.message), lasting: false };
}

/**
 * Old pods of a StatefulSet that its controller waits for before it replaces them, although the old version may never
 * become ready: a rollout in order goes on only from ready pods. Pods below the partition are not to be replaced.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function blockingPods(workload: Workload, old: V1Pod[]): V1Pod[] {
  if (workload.kind === "Deployment") return [];
  const { podManagementPolicy, updateStrategy } = workload.object.spec ?? {};
  if (podManagementPolicy === "Parallel") return [];
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  return old.filter((pod) => ordinal(pod) >= partition && !isReady(pod));
}

function ordinal({ metadata }: V1Pod): number {
  return Number(/\d+$/.exec(metadata?.name ?? "")?.[0]);
}

function lastWarning(events: CoreV1Event[], about: { name?: string; uid?: string } = {}): CoreV1Event | undefined {
  const time = (event: CoreV1Event) =>
    (
      event.series?.lastObservedTime ??
      event.lastTimestamp ??
      event.eventTime ??
      event.metadata.creationTimestamp ??
      0
    ).valueOf();
  return events
    .filter(({ type, involvedObject: { name, uid } }) => type === "Warning" && name === about.name && uid === about.uid)
    .sort((a, b) => time(a) - time(b))
    .at(-1);
}

function join(reason: string | undefined, message: string | undefined): string {
  // A container's last words can have many lines, and explainPods shows them.
  const line = message?.trim().split("\n")[0];
  return [reason, line].filter((part) => part !== undefined && part !== "").join(": ");
}
