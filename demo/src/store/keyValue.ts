import { RedisStore } from "connect-redis";
import type { SessionData, Store } from "express-session";

/** What a store of keys and values has to do for sessions. */
export interface KeyValue {
  /** The value, or null when there is none. */
  get(key: string): Promise<string | null>;
  /** Replaces the value; it is gone after `ttlSeconds`, whole and at least 1. */
  set(key: string, value: string, ttlSeconds: number): Promise<void>;
  /** No error when there is none. */
  delete(key: string): Promise<void>;
}

/** The session store on top. connect-redis asks its client for no more than get, set and del, so any store can be it. */
export function sessionStore(prefix: string, keyValue: KeyValue): Store {
  const client = {
    get: (key: string) => keyValue.get(key),
    set: (key: string, value: string, options: { expiration: { value: number } }) =>
      keyValue.set(key, value, options.expiration.value),
    del: async (keys: string[]) => {
      for (const key of keys) await keyValue.delete(key);
    },
  };
  // express-session calls touch when the response is already on its way: too late for a 503. Handlers save instead.
  return new RedisStore({ client, prefix, disableTouch: true, serializer: { parse, stringify } });
}

const stringify = (data: SessionData): string => JSON.stringify(data);

/** As JSON.parse, whose own error text repeats part of the session. */
function parse(text: string): SessionData {
  try {
    return JSON.parse(text) as SessionData;
  } catch {
    throw new Error("a stored session is not valid JSON");
  }
}
