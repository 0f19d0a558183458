import type { V1Pod } from "@kubernetes/client-node";
import { execa } from "execa";
import type { Environment } from "../../../cli/environment.ts";
import { eventually } from "../../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../../deploy/stack.ts";
import type { Overrides } from "../../../render/stackFile.ts";
import { suite } from "../options.ts";
import { ownStack } from "../ownStack.ts";
import { Browser, type Endpoint } from "../proof/browser.ts";
import { isReady, type Pods } from "../proof/pods.ts";

/** Seconds for pods to come and go. */
const deadline = 120;

/** A stack of its own, whose application is deployed again and again. */
export class AppStack {
  readonly #environment: Environment;
  readonly #options: StackOptions;
  #deployed: DeployedStack | undefined;
  #endpoint: Endpoint | undefined;

  private constructor(environment: Environment, options: StackOptions) {
    this.#environment = environment;
    this.#options = options;
  }

  /** Nothing is deployed yet. */
  static async create(name: string, environment: Environment, overrides: Overrides): Promise<AppStack> {
    const ingress = { "ingress.hosts": [{ host: `${name}.localhost` }] };
    return new AppStack(environment, await ownStack(name, environment, { ...ingress, ...overrides }));
  }

  /** Deploys what the stack was created with, and this change to it alone. */
  async deploy(change: Overrides = {}): Promise<DeployedStack> {
    const overrides = { ...this.#options.overrides, ...change };
    return (this.#deployed = await deployStack({ ...this.#options, overrides }));
  }

  /** Deploys for the first time and waits until the ingress leads to it. */
  async open(): Promise<void> {
    this.#endpoint = await this.#environment.endpoint(await this.deploy());
    await eventually("the ingress controller to know the stack", deadline, () => this.browser().pod());
  }

  destroy(): Promise<void> {
    return destroyStack(this.#options);
  }

  browser(): Browser {
    return new Browser(this.endpoint);
  }

  get endpoint(): Endpoint {
    if (this.#endpoint === undefined) throw new Error("the stack was not opened");
    return this.#endpoint;
  }

  get deployed(): DeployedStack {
    if (this.#deployed === undefined) throw new Error("the stack was not deployed");
    return this.#deployed;
  }

  get pods(): Pods {
    const { cluster, outputs } = this.deployed;
    return { cluster, namespace: outputs.namespace };
  }

  /** The application's pods that are not on their way out. */
  async running(): Promise<V1Pod[]> {
    return (await this.#all()).filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
  }

  /** Their names, sorted. */
  async names(): Promise<string[]> {
    return (await this.running()).map(({ metadata }) => metadata?.name ?? "").sort();
  }

  /** Waits until so many pods are there, all ready and none on its way out. */
  async settled(count: number): Promise<void> {
    await eventually(`the application to have ${count} pods and no other`, deadline, async () => {
      const pods = await this.#all();
      return pods.length === count && pods.every((pod) => isReady(pod) && !pod.metadata?.deletionTimestamp);
    });
  }

  /** kubectl as a user has it, in the stack's namespace. */
  async kubectl(...args: string[]): Promise<string> {
    const [file, ...rest] =
      suite.cluster === undefined
        ? ["npm", "run", "--silent", "kubectl", "--"]
        : ["kubectl", "--context", suite.cluster.context];
    const { stdout } = await execa(file, [...rest, "--namespace", this.pods.namespace, ...args], { stdin: "ignore" });
    return stdout;
  }

  async #all(): Promise<V1Pod[]> {
    const { cluster, namespace } = this.pods;
    const labelSelector = "app.kubernetes.io/name=app";
    return (await cluster.core.listNamespacedPod({ namespace, labelSelector })).items;
  }
}
