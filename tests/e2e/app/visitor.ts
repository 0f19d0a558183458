import http from "node:http";
import https from "node:https";
import type { Connection, Plan } from "./protocol.ts";

/** Seconds for which a connection may be silent while an answer is due. */
const deadline = 10;

/** An answer with status 200. */
export interface Reply {
  text: string;
  /** Whether its connection had served another request before. */
  reused: boolean;
}

/** The HTTP of one visitor: his cookies, and his connection where he keeps it. */
export class Visitor {
  readonly #plan: Plan;
  readonly #url: URL;
  readonly #pinned: boolean;
  readonly #agent: http.Agent | false;
  readonly #cookies = new Map<string, string>();

  /** @param pinned whether he sends the cookie that leads him to the same pod again */
  constructor(plan: Plan, connection: Connection, pinned: boolean) {
    this.#plan = plan;
    this.#url = new URL(plan.url);
    this.#pinned = pinned;
    const { Agent } = this.#protocol;
    this.#agent = connection === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  }

  /** @throws Error when the answer is another than 200 */
  login(name: string): Promise<Reply> {
    this.#cookies.clear();
    return this.#ask("POST", "/api/login", JSON.stringify({ name }));
  }

  /** Counts a visit. @throws Error with status or reason when the answer is another than 200 */
  visit(): Promise<Reply> {
    return this.#ask("GET", "/api/session");
  }

  close(): void {
    if (this.#agent !== false) this.#agent.destroy();
  }

  get #protocol() {
    return this.#url.protocol === "https:" ? https : http;
  }

  async #ask(method: string, path: string, body?: string): Promise<Reply> {
    const { host, hostname, origin, port } = this.#url;
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const options: https.RequestOptions = {
      host: this.#plan.address,
      port: this.#plan.port ?? port,
      servername: hostname,
      // What is proved is what becomes of sessions, not who vouches for a host.
      rejectUnauthorized: false,
      method,
      path,
      agent: this.#agent,
      timeout: deadline * 1000,
      headers: {
        host,
        origin,
        ...(cookie === "" ? {} : { cookie }),
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
    };
    return new Promise((resolve, reject) => {
      const request = this.#protocol.request(options, (response) => {
        this.#keep(response.headers["set-cookie"] ?? []);
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve({ text, reused: request.reusedSocket });
          else reject(new Error(`${response.statusCode} ${JSON.stringify(text.trim().slice(0, 100))}`));
        });
      });
      request.on("timeout", () => request.destroy(new Error(`nothing came for ${deadline} s`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  #keep(lines: string[]): void {
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (this.#pinned || name === this.#plan.cookie) this.#cookies.set(name, value);
    }
  }
}
