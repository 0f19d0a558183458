import { spawn, spawnSync, type ChildProcess } from "node:child_process";
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
import { haproxyIngressLines, haproxytechLines } from "./haproxyLine.ts";
import { nodeAddress } from "./nodeAddress.ts";
import { backendsIn } from "./standIns.ts";

/** Why there is no HAProxy; "" where there is. */
export const noHaproxy = spawnSync("haproxy", ["-v"]).status === 0 ? "" : "no haproxy on PATH: apt-get install haproxy";

/**
 * As much of an HAProxy controller as its affinity needs: it writes the backend that the controller's documentation gives
 * for the Service's and Ingress' annotations, with a server for each ready endpoint, and has HAProxy read it again when
 * something changes. HAProxy is Debian's, and runs in the node's network.
 */
export class HaproxyController {
  readonly #controller: "haproxy-ingress" | "haproxytech";
  #folder = "";
  #stack: DeployedStack | undefined;
  #process: ChildProcess | undefined;
  #written = "";
  #watching: AbortController | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(controller: "haproxy-ingress" | "haproxytech") {
    this.#controller = controller;
  }

  async start(stack: DeployedStack): Promise<Endpoint> {
    this.#stack = stack;
    this.#folder = await mkdtemp(join(tmpdir(), "session-stack-haproxy-"));
    await this.#write();
    await this.#launch();
    this.#watching = new AbortController();
    this.#watch = this.#follow(this.#watching.signal);
    return { url: `http://${stack.outputs.ingress?.host}:${port}`, address: await nodeAddress(stack.cluster) };
  }

  /** Ends HAProxy and starts another. */
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
  }

  /** Looks for other endpoints and annotations, as a controller is told of them. */
  async #follow(signal: AbortSignal): Promise<void> {
    try {
      const ticks = setInterval(200, undefined, { signal });
      while (!(await ticks.next()).done) {
        if (await this.#write()) this.#process?.kill("SIGUSR2"); // The master starts workers with the new file.
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Writes the configuration. Returns whether it is another. */
  async #write(): Promise<boolean> {
    if (this.#stack === undefined) return false;
    const text = await configuration(this.#controller, this.#stack);
    if (text === this.#written) return false;
    await writeFile(this.#file, text);
    this.#written = text;
    return true;
  }

  get #file(): string {
    return join(this.#folder, "haproxy.cfg");
  }

  async #launch(): Promise<void> {
    const [program = "", ...args] = namespaceCommand(["haproxy", "-W", "-q", "-f", this.#file]);
    this.#process = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    const { pid } = this.#process;
    await eventually("HAProxy to run", 10, () =>
      Promise.resolve(pid !== undefined && this.#process?.exitCode === null),
    );
  }

  async #end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
}

const port = 8480;

async function configuration(controller: "haproxy-ingress" | "haproxytech", stack: DeployedStack): Promise<string> {
  const servers = (await readyAddresses(stack)).map((address, index) => `  server pod${index + 1} ${address}`);
  return [
    "defaults",
    "  mode http",
    "  timeout connect 2s",
    "  timeout client 30s",
    "  timeout server 30s",
    // As both controllers have it: a request to a pod that has just gone is sent to another.
    "  retries 3",
    "  option redispatch",
    "frontend web",
    `  bind *:${port}`,
    "  default_backend app",
    "backend app",
    ...(await backendLines(controller, stack)).map((line) => `  ${line}`),
    ...servers,
    "",
  ].join("\n");
}

/** What the controller would make of the Service's annotations and of what they name. */
async function backendLines(controller: "haproxy-ingress" | "haproxytech", stack: DeployedStack): Promise<string[]> {
  const { cluster, outputs } = stack;
  const { namespace } = outputs;
  const { metadata } = await cluster.core.readNamespacedService({ name: outputs.app.service, namespace });
  const serviceAnnotations = metadata?.annotations ?? {};
  if (controller === "haproxy-ingress") return haproxyIngressLines({ serviceAnnotations, objects: [] });
  const backends = await backendsIn(cluster, namespace);
  const objects = backends.map(({ metadata: { name }, spec }) => ({ apiVersion: "", kind: "Backend", name, spec }));
  return haproxytechLines({ serviceAnnotations, objects });
}

/** Address and port of each ready pod of the application. */
async function readyAddresses({ cluster, outputs: { namespace, app } }: DeployedStack): Promise<string[]> {
  const slices = await cluster.config
    .makeApiClient(DiscoveryV1Api)
    .listNamespacedEndpointSlice({ namespace, labelSelector: `kubernetes.io/service-name=${app.service}` });
  return slices.items
    .flatMap(({ endpoints = [], ports = [] }) =>
      endpoints
        .filter(({ conditions }) => conditions?.ready === true)
        .flatMap(({ addresses }) => addresses.map((address) => `${address}:${ports[0]?.port}`)),
    )
    .sort();
}
