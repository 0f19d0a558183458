import type { V1Deployment, V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import { deadlineAnnotation } from "../components/deadline.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { orUndefined, type Cluster } from "./cluster.ts";
import { diagnose } from "./diagnosis.ts";
import { eventually, Hopeless } from "./eventually.ts";
import { explainPods } from "./explain.ts";
import { blockingPods, podTrouble } from "./trouble.ts";
import { versionsOf, type Workload } from "./workload.ts";

/**
 * Waits until every Deployment and StatefulSet runs what was applied, as `kubectl rollout status` does, and longer as long
 * as there is progress.
 * @param seconds without progress after which one has failed that does not say itself how many
 * @param patience seconds after which one has failed whose pods are in a state that hardly heals; default 30
 * @throws Error when one has failed: its first line says what and why.
 */
export async function waitForRollouts(
  cluster: Cluster,
  objects: KubernetesObject[],
  seconds: number,
  patience = usualPatience,
): Promise<void> {
  const workloads = objects.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  const stop = new AbortController();
  const limits = { seconds, patience, stop: stop.signal };
  try {
    await Promise.all(workloads.map((workload) => new Rollout(cluster, workload, limits).wait()));
  } finally {
    stop.abort();
  }
}

/** Seconds that a state gets which hardly heals: a registry may have a bad moment, a Secret may come late. */
const usualPatience = 30;

/** Seconds between looks at the pods, which are more than their workload. */
const podInterval = 2;

interface Limits {
  seconds: number;
  patience: number;
  /** Ends the wait, for another one has failed. */
  stop: AbortSignal;
}

/**
 * The wait for one workload. The deadline is counted here: Kubernetes' own verdict, which a StatefulSet never gets, may
 * come at any moment for a rollout that was given up before and is deployed once more.
 */
class Rollout {
  readonly #cluster: Cluster;
  readonly #patience: number;
  readonly #stop: AbortSignal;
  readonly #kind: string;
  readonly #name: string;
  readonly #namespace: string;
  readonly #seconds: number;
  /** Pod template as the API server had it at first. */
  #template: string | undefined;
  /** The best counts so far: none may be reached twice, or a pod that comes and goes would count for ever. */
  #best: number[] | undefined;
  #podsSeen = 0;
  /** When pods were first seen in trouble, by uid. */
  readonly #troubled = new Map<string, number>();

  constructor(cluster: Cluster, { kind, metadata, spec }: KubernetesObject, { seconds, patience, stop }: Limits) {
    this.#cluster = cluster;
    this.#patience = patience;
    this.#stop = stop;
    this.#kind = kind;
    this.#name = metadata.name;
    this.#namespace = metadata.namespace ?? "";
    this.#seconds = Number(spec?.progressDeadlineSeconds ?? metadata.annotations?.[deadlineAnnotation] ?? seconds);
  }

  async wait(): Promise<void> {
    try {
      while ((await eventually("progress", this.#seconds, () => this.#look())) === "progress");
    } catch (error) {
      if (this.#stop.aborted) throw error;
      throw new Error(await this.#explanation(error as Error), { cause: error });
    }
  }

  async #look(): Promise<"done" | "progress" | undefined> {
    if (this.#stop.aborted) throw new Hopeless("another workload did not roll out");
    const workload = await this.#read();
    this.#refuseOtherTemplate(workload);
    const progress = this.#progress(workload);
    if (isRolledOut(workload)) return "done";
    if (progress) return "progress";
    await this.#lookAtPods(workload);
    return undefined;
  }

  async #read(): Promise<Workload> {
    const named = { name: this.#name, namespace: this.#namespace };
    const { apps } = this.#cluster;
    return this.#kind === "Deployment"
      ? { kind: "Deployment", object: await apps.readNamespacedDeployment(named) }
      : { kind: "StatefulSet", object: await apps.readNamespacedStatefulSet(named) };
  }

  /** A rollout that somebody turned back would end well, but not with what was applied. */
  #refuseOtherTemplate({ object }: Workload): void {
    const template = JSON.stringify(object.spec?.template);
    this.#template ??= template;
    if (template === this.#template) return;
    throw new Hopeless("somebody else changed it meanwhile (kubectl rollout undo or restart?): deploy it again");
  }

  #progress({ object: { status } }: Workload): boolean {
    const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
    const counts = [updatedReplicas, readyReplicas, availableReplicas, updatedReplicas - replicas];
    const best = this.#best;
    this.#best = counts.map((count, index) => Math.max(count, best?.[index] ?? count));
    return best !== undefined && counts.some((count, index) => count > (best[index] ?? count));
  }

  async #lookAtPods(workload: Workload): Promise<void> {
    const now = Date.now() / 1000;
    if (now - this.#podsSeen < podInterval) return;
    this.#podsSeen = now;
    const { updated, old } = await versionsOf(this.#cluster, workload);
    for (const pod of updated) {
      const trouble = podTrouble(pod, []);
      if (trouble?.lasting !== true || !this.#hadItsChance(pod, now)) continue;
      throw new Hopeless(`pod ${pod.metadata?.name}: ${trouble.text}`);
    }
    for (const pod of blockingPods(workload, old)) {
      if (this.#hadItsChance(pod, now)) await this.#delete(pod);
    }
  }

  /** Whether a pod has been in trouble for as long as there is patience. */
  #hadItsChance({ metadata }: V1Pod, now: number): boolean {
    const uid = metadata?.uid ?? "";
    const since = this.#troubled.get(uid) ?? now;
    this.#troubled.set(uid, since);
    return now - since >= this.#patience;
  }

  /** That pod, and not one that has taken its name in the meantime. */
  async #delete({ metadata }: V1Pod): Promise<void> {
    const named = { name: metadata?.name ?? "", namespace: this.#namespace };
    await orUndefined(
      this.#cluster.core.deleteNamespacedPod({ ...named, body: { preconditions: { uid: metadata?.uid } } }),
    );
  }

  async #explanation(error: Error): Promise<string> {
    const what = `${this.#kind} ${this.#namespace}/${this.#name} did not roll out`;
    try {
      const workload = await this.#read();
      const [versions, { items: events }] = await Promise.all([
        versionsOf(this.#cluster, workload),
        this.#cluster.core.listNamespacedEvent({ namespace: this.#namespace }),
      ]);
      const { why, serving } = diagnose(workload, versions, events);
      const details = await explainPods(this.#cluster, this.#namespace, { "app.kubernetes.io/name": this.#name });
      return `${what}: ${error instanceof Hopeless ? error.message : (why ?? error.message)}; ${serving}\n${details}`;
    } catch {
      return `${what}: ${error.message}`; // The cluster that does not answer is the reason, which the error says.
    }
  }
}

function isRolledOut({ kind, object }: Workload): boolean {
  return kind === "Deployment" ? deploymentRolledOut(object) : statefulSetRolledOut(object);
}

/** @see https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go */
export function deploymentRolledOut({ metadata, spec, status }: V1Deployment): boolean {
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) === wanted &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted
  );
}

/** Pods below the partition keep the version that they have, for which the controller never says that it is through. */
export function statefulSetRolledOut({ metadata, spec, status }: V1StatefulSet): boolean {
  const wanted = spec?.replicas ?? 1;
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.replicas ?? 0) === wanted &&
    (status?.availableReplicas ?? 0) === wanted &&
    (status?.updatedReplicas ?? (partition > 0 ? 0 : wanted)) >= wanted - partition &&
    (partition > 0 || status?.updateRevision === status?.currentRevision)
  );
}
