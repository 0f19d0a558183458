import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setInterval } from "node:timers/promises";
import { DiscoveryV1Api } from "@kubernetes/client-node";
import { eventually } from "../../../deploy/eventually.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { namespaceCommand } from "../../../local/faults.ts";
import type { Endpoint } from "../proof/browser.ts";
import { nodeAddress } from "./nodeAddress.ts";

/** A proxy that a controller drives by a configuration file. */
export interface Proxy {
  /** Port that it listens on, in the node's network. */
  port: number;
  /** The command that runs it in the foreground with a configuration; the folder is its own. */
  command: (file: string, folder: string) => Promise<string[]>;
  /** Makes its first process read the configuration again. */
  reload: NodeJS.Signals;
  /** What the controller would write for the stack's objects, as the cluster has them. */
  configuration: (stack: DeployedStack, pods: ReadyPod[], folder: string) => Promise<string>;
}

/** A pod of the application that gets requests. */
export interface ReadyPod {
  name: string;
  /** Address and port. */
  address: string;
}

/**
 * As much of a controller as its affinity needs: it writes the configuration that the controller's own templates give for
 * the stack's objects, with a server for each ready endpoint, and has the proxy read it again when something changes.
 */
export class ProxyController {
  readonly #proxy: Proxy;
  #folder = "";
  #stack: DeployedStack | undefined;
  #process: ChildProcess | undefined;
  #written = "";
  #watching: AbortController | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(proxy: Proxy) {
    this.#proxy = proxy;
  }

  async start(stack: DeployedStack): Promise<Endpoint> {
    this.#stack = stack;
    this.#folder = await mkdtemp(join(tmpdir(), "session-stack-proxy-"));
    await this.#write();
    await this.#launch();
    this.#watching = new AbortController();
    this.#watch = this.#follow(this.#watching.signal);
    const url = `http://${stack.outputs.ingress?.host}:${this.#proxy.port}`;
    return { url, address: await nodeAddress(stack.cluster) };
  }

  /** Ends the proxy and starts another. */
  async restart(): Promise<void> {
    await this.#end();
    await this.#launch();
  }

  async stop(): Promise<void> {
    this.#watching?.abort();
    await this.#watch;
    await this.#end();
    if (this.#folder !== "") await rm(this.#folder, { recursive: true });
    this.#folder = "";
    this.#written = "";
  }

  /** Looks for other endpoints and annotations, as a controller is told of them. */
  async #follow(signal: AbortSignal): Promise<void> {
    try {
      const ticks = setInterval(200, undefined, { signal });
      while (!(await ticks.next()).done) {
        if (await this.#write()) this.#process?.kill(this.#proxy.reload);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Writes the configuration. Returns whether it is another. */
  async #write(): Promise<boolean> {
    if (this.#stack === undefined) return false;
    const text = await this.#proxy.configuration(this.#stack, await readyPods(this.#stack), this.#folder);
    if (text === this.#written) return false;
    await writeFile(this.#file, text);
    this.#written = text;
    return true;
  }

  get #file(): string {
    return join(this.#folder, "proxy.conf");
  }

  async #launch(): Promise<void> {
    const [program = "", ...args] = namespaceCommand(await this.#proxy.command(this.#file, this.#folder));
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    this.#process = child;
    await eventually("the proxy to run", 10, () => Promise.resolve(child.pid !== undefined && child.exitCode === null));
  }

  async #end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

/** Each ready pod of the application, by name. */
async function readyPods({ cluster, outputs: { namespace, app } }: DeployedStack): Promise<ReadyPod[]> {
  const slices = await cluster.config
    .makeApiClient(DiscoveryV1Api)
    .listNamespacedEndpointSlice({ namespace, labelSelector: `kubernetes.io/service-name=${app.service}` });
  return slices.items
    .flatMap(({ endpoints = [], ports = [] }) =>
      endpoints
        .filter(({ conditions }) => conditions?.ready === true)
        .flatMap(({ addresses, targetRef }) =>
          addresses.map((address) => ({ name: targetRef?.name ?? "", address: `${address}:${ports[0]?.port}` })),
        ),
    )
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}
