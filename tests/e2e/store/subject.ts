import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import type { Environment } from "../../../cli/environment.ts";
import { secret, statefulSet } from "../../../components/redis/names.ts";
import type { Cluster } from "../../../deploy/cluster.ts";
import { eventually } from "../../../deploy/eventually.ts";
import { inMemory } from "../../../deploy/secrets.ts";
import { deployStack, destroyStack, type StackOptions } from "../../../deploy/stack.ts";
import { namespaceCommand } from "../../../local/faults.ts";
import type { Overrides } from "../../../render/stackFile.ts";
import { askStore, isReady, readPod, replacePod, type Pods } from "../proof/pods.ts";
import type { Target } from "./load.ts";

export type Durability = "always" | "everysec";
export type Engine = "valkey" | "redis";

/** Seconds for all members to be ready after the worst. */
const settleDeadline = 180;

/** The stack whose store is made to suffer, beside any other on the node. */
export class Subject implements Pods {
  readonly namespace = "session-stack-store";
  readonly engine: Engine;
  readonly #exportDirectory: string;
  /**
   * Begin of the names of its directories on the export. New each time: an NFS server that has a directory in its cache
   * goes on with it when it is removed behind its back.
   */
  readonly #prefix = `matrix-${Math.random().toString(36).slice(2, 8)}`;
  #options: StackOptions;
  #cluster: Cluster | undefined;

  constructor({ options, redis, exportDirectory = "" }: Environment, durability: Durability, engine: Engine) {
    this.engine = engine;
    this.#exportDirectory = exportDirectory;
    this.#options = {
      ...options,
      stack: "store",
      like: options.stack,
      keeper: inMemory(),
      overrides: {
        ...options.overrides,
        ...(engine === "redis" ? redis : {}),
        "namespace.name": this.namespace,
        "storage.className": "nfs-store",
        "storage.nfs.prefix": this.#prefix,
        "store.durability": durability,
        "store.replicas": 1,
        // Room for what the writers write in the longest cell.
        "store.memory": "512Mi",
        "store.size": "1Gi",
        "app.replicas": 1,
        ingress: null,
        affinity: { kind: "none" },
      },
    };
  }

  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new Error("the store was not deployed yet");
    return this.#cluster;
  }

  /** Deploys the stack, with changes that stay, and waits until all of it is ready. */
  async deploy(changes: Overrides = {}): Promise<void> {
    this.#options = { ...this.#options, overrides: { ...this.#options.overrides, ...changes } };
    ({ cluster: this.#cluster } = await deployStack(this.#options));
  }

  /** Removes the stack and its directories. */
  async destroy(): Promise<void> {
    await destroyStack(this.#options);
    const names = await readdir(this.#exportDirectory);
    for (const name of names.filter((directory) => directory.startsWith(this.#prefix)))
      await rm(join(this.#exportDirectory, name), { recursive: true });
  }

  /** The members there are. */
  async members(): Promise<V1Pod[]> {
    const labelSelector = `app.kubernetes.io/name=${statefulSet}`;
    return (await this.cluster.core.listNamespacedPod({ namespace: this.namespace, labelSelector })).items;
  }

  /** Waits until as many members are ready as there should be, and no other is left. */
  async settled(): Promise<void> {
    await eventually("all members of the store to be ready", settleDeadline, async () => {
      const { spec } = await this.cluster.apps.readNamespacedStatefulSet({
        name: statefulSet,
        namespace: this.namespace,
      });
      const members = await this.members();
      const isWell = (pod: V1Pod) => isReady(pod) && pod.metadata?.deletionTimestamp === undefined;
      return members.length === spec?.replicas && members.every(isWell) && (await this.#inStep(members.length - 1));
    });
  }

  /** By the primary's word: a replica believes in a link that has ended without a word for a while. */
  async #inStep(replicas: number): Promise<boolean> {
    const info = await askStore(this, "redis-0", "info", "replication");
    return [...info.matchAll(/^slave\d+:.*state=online/gm)].length === replicas;
  }

  /** The image that members run. */
  async image(): Promise<string> {
    const { namespace, cluster } = this;
    const { spec } = await cluster.apps.readNamespacedStatefulSet({ name: statefulSet, namespace });
    return spec?.template.spec?.containers[0]?.image ?? "";
  }

  /**
   * Replaces the primary if its server has died before: the kubelet waits 10 s, 20 s … before it starts a container of
   * one pod once more, which is no property of the store.
   */
  async freshen(): Promise<void> {
    await this.settled();
    const { status } = await readPod(this, "redis-0");
    const restarts = status?.containerStatuses?.map(({ restartCount }) => restartCount) ?? [];
    if (restarts.some((count) => count > 0)) await replacePod(this, "redis-0");
    await this.settled();
  }

  /** Where writers that enter the node's network reach the store: by its Service, whose name only pods can resolve. */
  async target(): Promise<Target> {
    const { namespace, cluster } = this;
    const { data } = await cluster.core.readNamespacedSecret({ name: secret, namespace });
    const url = new URL(Buffer.from(data?.url ?? "", "base64").toString());
    const [name = ""] = url.hostname.split(".");
    const { spec } = await cluster.core.readNamespacedService({ name, namespace });
    url.hostname = spec?.clusterIP ?? "";
    return { enter: namespaceCommand, url: url.href };
  }

  /** Engine and version that the primary runs, such as "valkey 8.1.4". */
  async version(): Promise<string> {
    const info = await askStore(this, "redis-0", "info", "server");
    // Valkey says which Redis it is compatible with, too.
    const [, engine, version] = /^(valkey)_version:(\S+)/m.exec(info) ?? /^(redis)_version:(\S+)/m.exec(info) ?? [];
    return `${engine} ${version}`;
  }
}
