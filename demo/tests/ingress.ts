import { once } from "node:events";
import { createServer, request } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import session from "express-session";
import { startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

/** A proxy before pods with one store, which picks a pod for each request, as an ingress controller does. */
export class Ingress {
  /** Whether an answer binds its visitor to the pod by a cookie; otherwise pods take turns. */
  affinity = false;
  readonly #server = createServer((req, res) => this.#answer(req, res));
  readonly #running = new Map<string, RunningApp>();
  #known: string[] = [];
  #turn = 0;

  /** Listens on a free port of 127.0.0.1, and returns it. */
  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** Starts a pod for each name, in place of those before and their sessions. */
  async serve(pods: readonly string[], affinity: boolean): Promise<void> {
    await this.#endAll();
    const store = new session.MemoryStore();
    for (const podName of pods) this.#running.set(podName, await startApp({ store, podName }));
    this.#known = [...pods];
    this.#turn = 0;
    this.affinity = affinity;
  }

  /** Ends a pod; the proxy does not notice. */
  async end(pod: string): Promise<void> {
    await this.#running.get(pod)?.close();
  }

  /** From now on nobody is sent to this pod. */
  forget(pod: string): void {
    this.#known = this.#known.filter((one) => one !== pod);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#endAll()]);
  }

  async #endAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map((app) => app.close()));
    this.#running.clear();
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    const bound = /\baffinity=([\w.-]+)/.exec(req.headers.cookie ?? "")?.[1] ?? "";
    const stays = this.affinity && this.#known.includes(bound);
    const pod = stays ? bound : (this.#known[this.#turn++ % this.#known.length] ?? "");
    const cookies = this.affinity && !stays ? [`affinity=${pod}; Path=/; HttpOnly; SameSite=Lax`] : [];
    forward(req, res, this.#running.get(pod)?.url ?? "", cookies);
  }
}

/** Passes a request on; answers 503 itself where nobody listens, as ingress controllers do. */
function forward(req: IncomingMessage, res: ServerResponse, url: string, cookies: string[]): void {
  const { method, headers } = req;
  const upstream = request(url + req.url, { method, headers, agent: false }, (answer) => {
    const setCookie = [...(answer.headers["set-cookie"] ?? []), ...cookies];
    res.writeHead(answer.statusCode ?? 502, { ...answer.headers, "set-cookie": setCookie });
    answer.pipe(res);
  });
  upstream.on("error", () => res.writeHead(503).end());
  req.pipe(upstream);
}
