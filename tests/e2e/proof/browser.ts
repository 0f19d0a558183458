import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import got, { type Got } from "got";
import { CookieJar } from "tough-cookie";

/** Where the application answers: its own URL, and the address to connect to in place of what DNS would say. */
export interface Endpoint {
  /** `http://<host>:<port>`, or `https:`, the host as in the Ingress. */
  url: string;
  /** Address of the ingress controller, for `*.localhost` does not resolve everywhere. */
  address: string;
}

/** What the demo application tells of a session. */
export interface Session {
  loggedIn: boolean;
  name: string | null;
  visits: number;
  /** Name of the pod that answered. */
  pod: string;
}

/** An answer that is no session: the application, the store or the ingress is away. */
export class Unavailable extends Error {}

/** A visitor with a cookie jar of its own. */
export class Browser {
  readonly #http: Got;
  readonly #jar = new CookieJar();

  constructor({ url, address }: Endpoint) {
    this.#http = got.extend({
      prefixUrl: url,
      cookieJar: this.#jar,
      dnsLookup: lookupAs(address),
      headers: { origin: url },
      retry: { limit: 0 },
      throwHttpErrors: false,
      timeout: { request: 10_000 },
      // What is proved is what becomes of sessions, not who vouches for a host: its certificate may be one for trying.
      https: { rejectUnauthorized: false },
      responseType: "json",
    });
  }

  login(name: string): Promise<Session> {
    return this.#ask("post", "api/login", { name });
  }

  session(): Promise<Session> {
    return this.#ask("get", "api/session");
  }

  /** The pod that answers, without touching the session. */
  async pod(): Promise<string> {
    return (await this.#ask("get", "api/pod")).pod;
  }

  async #ask(method: "get" | "post", path: string, json?: unknown): Promise<Session> {
    const cookiesBefore = await this.#cookies();
    const response = await this.#http<Session>(path, { method, json });
    if (response.statusCode === 200) return response.body;
    if ((await this.#cookies()) !== cookiesBefore) {
      throw new Error(`${path} answered ${response.statusCode} and changed the cookies`);
    }
    throw new Unavailable(`${path} answered ${response.statusCode}: ${JSON.stringify(response.body)}`);
  }

  async #cookies(): Promise<string> {
    return this.#jar.getCookieString(this.#http.defaults.options.prefixUrl.toString());
  }
}

/** A resolver that answers every name with one host's address. */
export function lookupAs(host: string): LookupFunction {
  return (_name, options, done) => lookup(host, options, done);
}
