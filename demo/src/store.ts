import { isIP } from "node:net";
import { RedisStore } from "connect-redis";
import type { SessionData, Store } from "express-session";
import { createClient } from "redis";
import type { RedisArgument, SetOptions } from "redis";
import { StoreError, StoreTimeoutError, withDeadline } from "./deadline.ts";
import { reasonOf } from "./log.ts";
import type { Log } from "./log.ts";

/** How to reach the store. */
export interface StoreOptions {
  /** `redis://` or `rediss://` URL, checked by config.ts. */
  url: string;
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
  store: Store;
  /** True once the store has answered, and from then on. */
  readonly everUp: boolean;
  /** Ends the connection; commands still waiting fail. */
  close(): void;
}

/**
 * Bounds memory while the store is away: commands beyond it fail at once instead of after the time-out. Counted here, since
 * the client's own limit (commandsQueueMaxLength) also refuses the AUTH of a reconnection as long as requests keep coming.
 */
const MAX_WAITING_COMMANDS = 1000;
const MAX_RECONNECT_DELAY_MS = 500;

/**
 * Connects in the background and for ever: a Redis pod that moved is found again because every attempt resolves the
 * name anew. Failures surface as StoreError of the command that met them and as `store.down` in the log, once.
 */
export function connectStore(options: StoreOptions): StoreLink {
  const { url, prefix, log, commandTimeoutMs = 2000, probeIntervalMs = 1000 } = options;
  const client = createClient({
    url,
    // Commands not yet sent leave the queue then: none is carried out long after its request was answered with 503.
    commandOptions: { timeout: commandTimeoutMs },
    socket: {
      ...tlsOptions(url),
      connectTimeout: commandTimeoutMs,
      // For a server that accepts and never answers the handshake; the probes keep a live connection from idling.
      socketTimeout: probeIntervalMs + commandTimeoutMs,
      // A function, since the default gives up after a socket time-out. Jitter spreads the pods.
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random() / 2),
    },
  });

  let state: "starting" | "up" | "down" = "starting";
  let everUp = false;
  const up = (): void => {
    if (state !== "up") log("store.up");
    state = "up";
    everUp = true;
  };
  const down = (error: unknown): void => {
    if (state !== "down") log("store.down", { reason: reasonOf(error) });
    state = "down";
  };

  /**
   * "Up" means that a command was answered: a server that loads its data accepts connections and refuses commands.
   * Without an answer the connection is replaced: packets to a lost node vanish, and TCP alone notices after minutes.
   */
  const probe = async (): Promise<void> => {
    try {
      await withDeadline(client.ping(), commandTimeoutMs);
      up();
    } catch (error) {
      down(error);
      // Only a ready client: one that is reconnecting already would end up with two connections.
      if (error instanceof StoreTimeoutError && client.isReady) {
        client.destroy();
        connect();
      }
    }
  };
  let probing = false;
  const probeOnce = (): void => {
    if (probing || !client.isReady) return;
    probing = true;
    void probe().finally(() => (probing = false));
  };

  const connect = (): void => {
    // Retries by itself; what ends it is close().
    client.connect().catch(down);
  };
  client.on("error", down);
  client.on("ready", probeOnce);
  const timer = setInterval(probeOnce, probeIntervalMs);
  connect();

  let waiting = 0;
  const bounded = async <T>(command: () => Promise<T>): Promise<T> => {
    if (waiting >= MAX_WAITING_COMMANDS) throw new StoreError(`${waiting} commands wait for the store already`);
    waiting += 1;
    try {
      return await withDeadline(command(), commandTimeoutMs);
    } finally {
      waiting -= 1;
    }
  };
  // The four commands that connect-redis uses for get, set and destroy, each with a deadline.
  const commands = {
    get: (key: RedisArgument) => bounded(() => client.get(key)),
    set: (key: RedisArgument, value: RedisArgument, setOptions: SetOptions) =>
      bounded(() => client.set(key, value, setOptions)),
    del: (keys: RedisArgument[]) => bounded(() => client.del(keys)),
  };

  return {
    // express-session calls touch when the response is already on its way: too late for a 503. Handlers save instead.
    store: new RedisStore({ client: commands, prefix, disableTouch: true, serializer: { parse, stringify } }),
    get everUp() {
      return everUp;
    },
    close() {
      clearInterval(timer);
      client.off("error", down);
      client.on("error", () => undefined);
      if (client.isOpen) client.destroy();
    },
  };
}

/** Names the server in the TLS handshake (SNI), which node-redis does not do by itself; an address is not a name there. */
function tlsOptions(url: string): { tls: true; servername: string | undefined } | undefined {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "rediss:") return undefined;
  return { tls: true, servername: isIP(hostname) === 0 && !hostname.startsWith("[") ? hostname : undefined };
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
