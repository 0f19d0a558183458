import { StoreError } from "../deadline.ts";
import { sessionStore } from "./keyValue.ts";
import type { KeyValue } from "./keyValue.ts";
import type { StoreLink, StoreOptions } from "./link.ts";

/** Some 100 MB. Beyond it a login is refused, as by a Redis that must not evict: nobody is logged out for a newcomer. */
const MAX_SESSIONS = 100_000;
const PURGE_INTERVAL_MS = 60_000;

interface Entry {
  value: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/**
 * Sessions in this process, gone when it ends. Not express-session's MemoryStore: that has no limit and keeps expired
 * sessions until somebody asks for them.
 */
export function memoryStore({ prefix, log }: Pick<StoreOptions, "prefix" | "log">): StoreLink {
  const entries = new Map<string, Entry>();
  const keyValue: KeyValue = {
    get: (key) => {
      const entry = entries.get(key);
      return Promise.resolve(entry === undefined || entry.expires <= Date.now() ? null : entry.value);
    },
    set: (key, value, ttlSeconds) => {
      if (entries.size >= MAX_SESSIONS && !entries.has(key)) {
        return Promise.reject(new StoreError(`${entries.size} sessions are kept in memory already`));
      }
      entries.set(key, { value, expires: Date.now() + ttlSeconds * 1000 });
      return Promise.resolve();
    },
    delete: (key) => {
      entries.delete(key);
      return Promise.resolve();
    },
  };
  const purge = setInterval(() => {
    const now = Date.now();
    for (const [key, { expires }] of entries) if (expires <= now) entries.delete(key);
  }, PURGE_INTERVAL_MS);
  log("store.up");
  return {
    kind: "memory",
    store: sessionStore(prefix, keyValue),
    everUp: true,
    close: () => clearInterval(purge),
  };
}
