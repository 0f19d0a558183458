import { setTimeout as delay } from "node:timers/promises";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { Browser, type Endpoint } from "../proof/browser.ts";
import { processList } from "../proof/visible.ts";
import { currentPassword, openTunnel, storeClient, type Tunnel } from "./storeClient.ts";

/** Milliseconds between two requests of one visitor or client: the load is there to notice a gap, not to fill the machine. */
const pause = 50;

/** What the load did, by kind, and everything that went wrong. */
export interface Findings {
  done: Record<string, number>;
  failures: string[];
  /** Command lines of the store's processes that were seen meanwhile. */
  processes: Set<string>;
}

/**
 * Visitors who are logged in, clients that keep their connection to the store, and clients that connect anew each time
 * with the password that is in use, all until they are stopped.
 */
export class Load {
  readonly findings: Findings = { done: {}, failures: [], processes: new Set() };
  readonly #stack: DeployedStack;
  readonly #endpoint: Endpoint;
  readonly #work: Promise<void>[] = [];
  #tunnel: Tunnel | undefined;
  #stopped = false;

  constructor(stack: DeployedStack, endpoint: Endpoint) {
    this.#stack = stack;
    this.#endpoint = endpoint;
  }

  /** Starts so many of each kind; returns when each has been served for the first time. */
  async start(count: number): Promise<void> {
    this.#tunnel = await openTunnel(this.#stack, "redis-0");
    for (let number = 0; number < count; number += 1) {
      await this.#begin("visits", await this.#visitor(number));
      await this.#begin("commands on a kept connection", await this.#keptConnection(this.#tunnel, number));
      await this.#begin("new connections", this.#newConnections(this.#tunnel, number));
    }
    await this.#begin("looks at process lists", async () => {
      for (const member of ["redis-0", "redis-1"])
        this.findings.processes.add(await processList(this.#stack, member).catch(() => ""));
    });
  }

  /** Lets everybody finish what they do. */
  async stop(): Promise<Findings> {
    this.#stopped = true;
    await Promise.all(this.#work);
    await this.#tunnel?.close();
    return this.findings;
  }

  async #begin(kind: string, once: () => Promise<void>): Promise<void> {
    const { done, failures } = this.findings;
    await once();
    const work = async () => {
      while (!this.#stopped) {
        try {
          await once();
          done[kind] = (done[kind] ?? 0) + 1;
        } catch (error) {
          failures.push(
            `${kind}: ${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}`,
          );
        }
        await delay(pause);
      }
    };
    this.#work.push(work());
  }

  async #visitor(number: number): Promise<() => Promise<void>> {
    const browser = new Browser(this.#endpoint);
    const name = `visitor-${number}`;
    let { visits } = await browser.login(name);
    return async () => {
      const session = await browser.session();
      const wanted = { loggedIn: true, name, visits: visits + 1 };
      visits = session.visits;
      const { loggedIn, name: got, visits: count } = session;
      const found = { loggedIn, name: got, visits: count };
      if (JSON.stringify(found) !== JSON.stringify(wanted))
        throw new Error(`${JSON.stringify(found)} in place of ${JSON.stringify(wanted)}`);
    };
  }

  async #keptConnection(tunnel: Tunnel, number: number): Promise<() => Promise<void>> {
    const client = await storeClient(tunnel, await currentPassword(this.#stack));
    let count = 0;
    return () => setAndGet(client, `sess:kept-${number}`, String((count += 1)));
  }

  #newConnections(tunnel: Tunnel, number: number): () => Promise<void> {
    let count = 0;
    return async () => {
      const client = await storeClient(tunnel, await currentPassword(this.#stack));
      try {
        await setAndGet(client, `sess:new-${number}`, String((count += 1)));
      } finally {
        client.destroy();
      }
    };
  }
}

async function setAndGet(client: Awaited<ReturnType<typeof storeClient>>, key: string, value: string): Promise<void> {
  await client.set(key, value, { expiration: { type: "EX", value: 600 } });
  const found = await client.get(key);
  if (found !== value) throw new Error(`${key} is ${found} in place of ${value}`);
}
