import { Watch, type V1Deployment } from "@kubernetes/client-node";
import type { Pods } from "../proof/pods.ts";

/** Every number of replicas that the application's Deployment wanted and had, one after the other. */
export class ReplicaWatch {
  /** What was wanted, without repetition of the same number in a row. */
  readonly wanted: number[] = [];
  /** The least that could serve at any time. */
  leastAvailable = Infinity;
  #failure: unknown;
  #stop: (() => void) | undefined;

  /** Begins to watch; returns when the state it begins with is known. */
  static async begin({ cluster, namespace }: Pods): Promise<ReplicaWatch> {
    const watch = new ReplicaWatch();
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    await new Promise<void>((resolve, reject) => {
      const see = (_: string, deployment: V1Deployment) => {
        watch.#note(deployment);
        resolve();
      };
      const ended = (error: unknown) => {
        if (watch.#stop !== undefined) watch.#failure = error ?? new Error("the API server ended the watch");
        reject(error instanceof Error ? error : new Error("the watch ended"));
      };
      new Watch(cluster.config)
        .watch(path, { fieldSelector: "metadata.name=app" }, see, ended)
        .then((controller) => (watch.#stop = () => controller.abort()), reject);
    });
    return watch;
  }

  /** @throws Error when it had ended before: something may have gone unseen */
  end(): void {
    const stop = this.#stop;
    this.#stop = undefined;
    if (this.#failure !== undefined) throw new Error("the watch ended early", { cause: this.#failure });
    stop?.();
  }

  #note({ spec, status }: V1Deployment): void {
    const wanted = spec?.replicas ?? 1;
    if (this.wanted.at(-1) !== wanted) this.wanted.push(wanted);
    this.leastAvailable = Math.min(this.leastAvailable, status?.availableReplicas ?? 0);
  }
}
