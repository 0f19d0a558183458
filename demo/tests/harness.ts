import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import session from "express-session";
import { createApp } from "../src/app.ts";
import type { AppOptions } from "../src/app.ts";
import type { LogFields } from "../src/log.ts";

export const KEY = "k".repeat(32);

/** A log that keeps what it is given. */
export function collectLog(): { lines: (LogFields & { event: string })[]; log: AppOptions["log"] } {
  const lines: (LogFields & { event: string })[] = [];
  return { lines, log: (event, fields = {}) => void lines.push({ event, ...fields }) };
}

/** The application on a free loopback port. */
export interface RunningApp {
  url: string;
  close(): Promise<void>;
}

/** Starts the application with a store in memory, one key and pod "pod-a", unless `options` say otherwise. */
export async function startApp(options: Partial<AppOptions> = {}): Promise<RunningApp> {
  const app = createApp({
    store: new session.MemoryStore(),
    storeKind: "redis",
    secrets: [KEY],
    cookieName: "sid",
    ttlSeconds: 3600,
    podName: "pod-a",
    unready: () => undefined,
    log: () => undefined,
    ...options,
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A client that keeps the session cookie as a browser does, and follows no redirect. */
export class Browser {
  cookie: string | undefined;
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  async get(path: string): Promise<Response> {
    return this.#send(path, {});
  }

  async postJson(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.#send(path, {
      method: "POST",
      body: text,
      headers: { "content-type": "application/json", ...headers },
    });
  }

  async postForm(path: string, body: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { method: "POST", body: new URLSearchParams(body), headers });
  }

  async #send(
    path: string,
    init: { method?: string; body?: string | URLSearchParams; headers?: Record<string, string> },
  ) {
    const cookie: Record<string, string> = this.cookie === undefined ? {} : { cookie: this.cookie };
    const headers = { ...this.#headers, ...cookie, ...init.headers };
    const response = await fetch(this.#url + path, { ...init, headers, redirect: "manual" });
    const set = response.headers.getSetCookie()[0];
    if (set !== undefined) this.cookie = /=;/.test(set) ? undefined : set.split(";", 1)[0];
    return response;
  }
}
