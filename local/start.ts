import { join } from "node:path";
import { hashOf, hashOfFolder } from "./cache.ts";
import { claimFolder, marker, survivors } from "./folder.ts";
import type { Artifacts } from "./images/catalog.ts";
import { checkOwner, inspect } from "./inspect.ts";
import type { LocalNode } from "./localNode.ts";
import { acquire } from "./lock.ts";
import { importImages } from "./images/import.ts";
import { forward } from "./parts/forward.ts";
import { exportPath } from "./parts/nfs.ts";
import { bringUp } from "./parts/part.ts";
import { contextName } from "./settings.ts";
import { stages } from "./stages.ts";
import type { Stage } from "./stages.ts";
import { writeState } from "./state.ts";
import type { LocalCluster, NodeState } from "./state.ts";
import { tearDown } from "./teardown.ts";

/** One step of a start. */
export interface Step {
  title: string;
  run: () => Promise<void>;
}

/**
 * A start of the node. It holds the lock of the node's folder from {@link Start.begin} until its last step is done or one
 * has failed.
 */
export class Start {
  readonly #node: LocalNode;
  readonly #artifacts: Artifacts;
  #fingerprint = "";
  #release: () => Promise<void> = () => Promise.resolve();

  constructor(node: LocalNode, artifacts: Artifacts) {
    this.#node = node;
    this.#artifacts = artifacts;
  }

  /**
   * Takes the lock and removes what an earlier node left. A node that runs already gets the images it lacks.
   *
   * @returns the steps to take; none if the node runs
   * @throws Error if another checkout's node runs
   */
  async begin(report: (text: string) => void): Promise<Step[]> {
    const { settings } = this.#node;
    const onWait = () => report(`waiting for another start or stop of the node in ${settings.directory}`);
    this.#release = await acquire(settings.directory, { waitSeconds: 300, onWait });
    return this.#guard(async () => {
      const finding = inspect(settings);
      checkOwner(finding, settings);
      await claimFolder(settings);
      this.#fingerprint = await fingerprintOf(this.#artifacts);
      const { state } = finding;
      if (finding.health === "running" && state?.fingerprint === this.#fingerprint) {
        await this.#node.prepare(this.#artifacts);
        await importImages(this.#node, Object.values(this.#artifacts.images));
        const { port, tlsPort } = state.cluster?.ingress ?? {};
        if (port !== settings.port || tlsPort !== settings.tlsPort) {
          await forward.stop(this.#node);
          await bringUp(forward, this.#node, this.#artifacts);
        }
        await this.#finish(state.since);
        return [];
      }
      if (finding.health === "running") report("stopping the node: it was made from other sources");
      if (finding.health === "broken") report("removing what a killed node left");
      // The folder itself has to stay: the lock is on it.
      await tearDown(this.#node, [...survivors, marker]);
      await this.#node.prepare(this.#artifacts);
      await writeState(this.#node.paths.state, this.#state("starting"));
      return this.#steps();
    });
  }

  #steps(): Step[] {
    const run = async ({ parts }: Stage) => {
      // All are waited for, so that none starts something while a failure of another takes everything down.
      const results = await Promise.allSettled(parts.map((part) => bringUp(part, this.#node, this.#artifacts)));
      const failure = results.find((result) => result.status === "rejected");
      if (failure) throw failure.reason;
      if (stages.at(-1)?.parts === parts) await this.#finish(new Date().toISOString());
    };
    return stages.map((stage) => ({
      title: stage.title,
      run: () => this.#guard(() => run(stage), { undo: true }),
    }));
  }

  async #finish(since: string): Promise<void> {
    const cluster = describe(this.#node, this.#artifacts);
    await writeState(this.#node.paths.state, { ...this.#state("running"), since, cluster });
    await this.#release();
  }

  /** Gives the lock back if the work fails; with `undo`, after taking down what was started but for its logs. */
  async #guard<T>(work: () => Promise<T>, { undo = false } = {}): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (undo) await tearDown(this.#node, [...survivors, "log"]);
      await this.#release();
      throw error;
    }
  }

  #state(phase: NodeState["phase"]): NodeState {
    const { owner } = this.#node.settings;
    return { owner, since: new Date().toISOString(), phase, fingerprint: this.#fingerprint };
  }
}

/** Stands for everything a running node was made from but the images of workloads, which can be added to it. */
async function fingerprintOf({ kube, metricsServer, mountNfs, traefikCrds, images }: Artifacts): Promise<string> {
  const { pause, coredns, traefik } = images;
  const manifests = await hashOfFolder(join(import.meta.dirname, "manifests"));
  const programs = [kube, metricsServer, mountNfs];
  return hashOf(...programs, traefikCrds, pause.reference, coredns.reference, traefik.reference, manifests);
}

function describe({ settings, paths }: LocalNode, { images }: Artifacts): LocalCluster {
  return {
    kubeconfig: paths.kubeconfig,
    context: contextName,
    kubectl: `${paths.bin}/kubectl`,
    images: {
      demo: images.demo.reference,
      provisioner: images.provisioner.reference,
      redis: images.redis.reference,
      redisNext: images.redisNext.reference,
      valkey: images.valkey.reference,
      valkeyNext: images.valkeyNext.reference,
      memcached: images.memcached.reference,
      exporter: images.exporter.reference,
      nginx: images.nginx.reference,
    },
    nfs: { server: settings.addresses.node, path: exportPath, directory: paths.export },
    ingress: { className: "traefik", host: "127.0.0.1", port: settings.port, tlsPort: settings.tlsPort },
    keepDirectory: paths.keep,
    logDirectory: paths.log,
  };
}
