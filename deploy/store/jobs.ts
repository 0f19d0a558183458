import type { V1CronJob, V1EnvVar, V1Job, V1Pod } from "@kubernetes/client-node";
import { orUndefined } from "../cluster.ts";
import { eventually } from "../eventually.ts";
import { explainPods } from "../explain.ts";
import type { StorePlace } from "./place.ts";

/** Seconds for a pod of a Job to run: its volume may have to be made first. */
const startDeadline = 180;
/** Seconds for a Job to end: its own deadline is an hour. */
const jobDeadline = 3700;

/**
 * Makes a Job from a CronJob's template, as `kubectl create job --from` does.
 * @param env values in place of the template's
 * @throws Error with `missing` when there is no such CronJob.
 */
export async function createJob(
  { cluster, namespace }: StorePlace,
  cronJob: string,
  { missing, env = {} }: { missing: string; env?: Record<string, string> },
): Promise<V1Job> {
  const from = await readCronJob({ cluster, namespace }, cronJob, missing);
  const { metadata, spec } = from.spec?.jobTemplate ?? {};
  const body: V1Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${cronJob}-`,
      labels: metadata?.labels,
      annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
      // So that the CronJob's limits count it, too, and it goes when the CronJob goes.
      ownerReferences: [
        { apiVersion: "batch/v1", kind: "CronJob", name: cronJob, uid: from.metadata?.uid ?? "", controller: true },
      ],
    },
    spec,
  };
  for (const container of spec?.template.spec?.containers ?? []) container.env = replaced(container.env ?? [], env);
  return cluster.batch.createNamespacedJob({ namespace, body });
}

export async function readCronJob(
  { cluster, namespace }: Pick<StorePlace, "cluster" | "namespace">,
  name: string,
  missing: string,
): Promise<V1CronJob> {
  const found = await orUndefined(cluster.batch.readNamespacedCronJob({ name, namespace }));
  if (found === undefined) throw new Error(missing);
  return found;
}

function replaced(env: V1EnvVar[], values: Record<string, string>): V1EnvVar[] {
  return env.map((variable) => ({ ...variable, ...(variable.name in values && { value: values[variable.name] }) }));
}

/**
 * Reports what a Job's pods print until it ends, successfully.
 * @throws Error with the last pod's words when it fails.
 */
export async function followJob(place: StorePlace, { metadata }: V1Job): Promise<void> {
  const { cluster, namespace } = place;
  const name = metadata?.name ?? "";
  const told = new Map<string, number>();
  const end = await eventually(`Job ${name} to end`, jobDeadline, async () => {
    const { status } = await cluster.batch.readNamespacedJob({ name, namespace });
    for (const pod of await podsOf(place, name)) await tell(place, pod, told);
    return status?.conditions?.find(
      ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
    );
  });
  if (end.type === "Complete") return;
  const seen = [...told.values()].some((lines) => lines > 0);
  const why = seen ? "what it said stands above" : await explainPods(cluster, namespace, { "job-name": name });
  throw new Error(`Job ${name} failed: ${end.message ?? end.reason ?? ""}; ${why}`);
}

/** Waits until a container of the Job runs, and returns its pod's name. */
export async function runningPod(place: StorePlace, { metadata }: V1Job): Promise<string> {
  const name = metadata?.name ?? "";
  return eventually(`a pod of Job ${name} to run`, startDeadline, async () => {
    const pod = (await podsOf(place, name)).find(({ status }) => status?.phase === "Running");
    return pod?.metadata?.name;
  });
}

async function podsOf({ cluster, namespace }: StorePlace, job: string): Promise<V1Pod[]> {
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: `job-name=${job}` });
  return items.sort((a, b) => created(a) - created(b));
}

const created = ({ metadata }: V1Pod) => metadata?.creationTimestamp?.valueOf() ?? 0;

/** Reports the lines of a pod's log that were not reported before. */
async function tell(place: StorePlace, { metadata, status }: V1Pod, told: Map<string, number>): Promise<void> {
  if (status?.phase === "Pending") return;
  const name = metadata?.name ?? "";
  const log = await place.cluster.core.readNamespacedPodLog({ name, namespace: place.namespace });
  const lines = (log ?? "").split("\n").slice(0, -1);
  lines.slice(told.get(name) ?? 0).forEach(place.report);
  told.set(name, lines.length);
}
