import { MemcacheClient } from "memcache-client";
import { StoreError, withDeadline } from "../deadline.ts";
import { bounded, Health, oneAtATime } from "./health.ts";
import { sessionStore } from "./keyValue.ts";
import type { KeyValue } from "./keyValue.ts";
import type { StoreLink, StoreOptions } from "./link.ts";

const DEFAULT_PORT = 11211;
/** A longer time to live is taken for a time since 1970 (memcached's protocol.txt, "Expiration times"). */
const MAX_RELATIVE_SECONDS = 30 * 24 * 60 * 60;
/** Below memcached's default of 1 MiB (option -I), which counts the key and a header too. */
const MAX_VALUE_BYTES = 1_000_000;
/** As protocol.txt has it. Anything else would be read as another command: the client sends keys as they are. */
const KEY = /^[\x21-\x7e]{1,250}$/;

/**
 * Connects when there is something to send; the client does so again, resolving the name anew, after each loss, since every
 * failed connection is forgotten. What can't be sent fails at once: a Memcached that comes back has no session to wait for.
 */
export function connectMemcached(options: StoreOptions): StoreLink {
  const { url, prefix, log, commandTimeoutMs = 2000, probeIntervalMs = 1000 } = options;
  const { hostname, port } = new URL(url);
  const client = new MemcacheClient({
    server: `${hostname}:${port === "" ? DEFAULT_PORT : port}`,
    connectTimeout: commandTimeoutMs,
    // Without an answer the client replaces the connection: packets to a lost node vanish, and TCP notices after minutes.
    cmdTimeout: commandTimeoutMs,
    noDelay: true,
  });
  let closed = false;
  /** The client itself would connect once more after its shutdown. Async, since it also throws instead of rejecting. */
  const unlessClosed = async <T>(command: () => Promise<T>): Promise<T> => {
    if (closed) throw new StoreError("the connection to the store was closed");
    return command();
  };
  const inTime = bounded(commandTimeoutMs);
  const send = <T>(command: () => Promise<T>): Promise<T> => inTime(() => unlessClosed(command));

  const health = new Health(log);
  const probe = oneAtATime(async () => {
    try {
      // Not bounded: with a thousand commands waiting, what it has to find out is whether the server answers.
      await withDeadline(
        unlessClosed(() => client.version()),
        commandTimeoutMs,
      );
      health.up();
    } catch (error) {
      if (!closed) health.down(error);
    }
  });
  const timer = setInterval(probe, probeIntervalMs);
  probe();

  const keyValue: KeyValue = {
    async get(key) {
      checkKey(key);
      // The type leaves out that there may be no answer for the key.
      const found: { value: unknown } | undefined = await send(() => client.get<{ value: unknown }>(key));
      return found === undefined ? null : String(found.value);
    },
    async set(key, value, ttlSeconds) {
      checkKey(key);
      const bytes = Buffer.byteLength(value);
      // Memcached would refuse it and drop what it had for the key.
      if (bytes > MAX_VALUE_BYTES) {
        throw new Error(`a session of ${bytes} bytes is too large for memcached; at most ${MAX_VALUE_BYTES} fit`);
      }
      await send(() => client.set(key, value, { lifetime: expiryOf(ttlSeconds) }));
    },
    async delete(key) {
      checkKey(key);
      await send(async () => {
        try {
          await client.delete(key);
        } catch (error) {
          if (!(error instanceof Error && error.message === "NOT_FOUND")) throw error;
        }
      });
    },
  };

  return {
    kind: "memcached",
    store: sessionStore(prefix, keyValue),
    get everUp() {
      return health.everUp;
    },
    close() {
      closed = true;
      clearInterval(timer);
      client.shutdown();
    },
  };
}

function checkKey(key: string): void {
  if (!KEY.test(key)) {
    throw new Error("the key of a session is not fit for memcached; it takes 1 to 250 visible ASCII characters");
  }
}

/** What memcached takes for a time to live: seconds from now, or for a longer one the time when it ends. */
function expiryOf(ttlSeconds: number): number {
  return ttlSeconds <= MAX_RELATIVE_SECONDS ? ttlSeconds : Math.floor(Date.now() / 1000) + ttlSeconds;
}
