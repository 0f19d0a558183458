import type { Store } from "express-session";
import type { Log } from "../log.ts";

/** Where the sessions are kept, which decides what they survive. */
export type StoreKind = "redis" | "memcached" | "files" | "memory";

/** How to reach the store. */
export interface StoreOptions {
  /** `redis://`, `rediss://`, `memcached://`, `file://` or `memory:` URL, checked by storeUrl.ts. */
  url: string;
  /** Path of the PEM file with the authorities trusted for `rediss://`; default those that come with Node. */
  caPath?: string | undefined;
  /** Put before the session id to make the key. */
  prefix: string;
  log: Log;
  /** Longest wait of one command in milliseconds, reconnection included; default 2000. */
  commandTimeoutMs?: number;
  /** Pause between two probes of a live connection in milliseconds; default 1000. */
  probeIntervalMs?: number;
}

/** The session store and what is known about its connection. */
export interface StoreLink {
  kind: StoreKind;
  /** Fails with a StoreError when the store could not do it now. */
  store: Store;
  /** True once the store has answered, and from then on. */
  readonly everUp: boolean;
  /** Ends the connection; commands still waiting fail. */
  close(): void;
}
