import { isIP } from "node:net";
import { createClient } from "redis";
import { StoreTimeoutError, withDeadline } from "../deadline.ts";
import { Authorities } from "./authorities.ts";
import { bounded, Health, oneAtATime } from "./health.ts";
import { sessionStore } from "./keyValue.ts";
import type { StoreLink, StoreOptions } from "./link.ts";

const MAX_RECONNECT_DELAY_MS = 500;

/**
 * Connects in the background and for ever: a Redis pod that moved is found again because every attempt resolves the
 * name anew. Failures surface as StoreError of the command that met them and as `store.down` in the log, once.
 * @throws Error when the file at `caPath` can't be used
 */
export function connectRedis(options: StoreOptions): StoreLink {
  const { url, caPath, prefix, log, commandTimeoutMs = 2000, probeIntervalMs = 1000 } = options;
  const authorities = caPath === undefined ? undefined : new Authorities(caPath, log);
  const client = createClient({
    url,
    // Commands not yet sent leave the queue then: none is carried out long after its request was answered with 503.
    commandOptions: { timeout: commandTimeoutMs },
    socket: {
      ...tlsOptions(url, authorities?.list),
      connectTimeout: commandTimeoutMs,
      // For a server that accepts and never answers the handshake; the probes keep a live connection from idling.
      socketTimeout: probeIntervalMs + commandTimeoutMs,
      // A function, since the default gives up after a socket time-out. Jitter spreads the pods.
      reconnectStrategy: (retries) => {
        authorities?.refresh();
        return Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS) * (0.5 + Math.random() / 2);
      },
    },
  });

  const health = new Health(log);
  /** Without an answer the connection is replaced: packets to a lost node vanish, and TCP alone notices after minutes. */
  const probe = oneAtATime(async () => {
    try {
      await withDeadline(client.ping(), commandTimeoutMs);
      health.up();
    } catch (error) {
      health.down(error);
      // Only a ready client: one that is reconnecting already would end up with two connections.
      if (error instanceof StoreTimeoutError && client.isReady) {
        client.destroy();
        authorities?.refresh();
        connect();
      }
    }
  });
  const probeIfReady = (): void => {
    if (client.isReady) probe();
  };

  const connect = (): void => {
    // Retries by itself; what ends it is close().
    client.connect().catch(health.down);
  };
  client.on("error", health.down);
  client.on("ready", probeIfReady);
  const timer = setInterval(probeIfReady, probeIntervalMs);
  connect();

  const inTime = bounded(commandTimeoutMs);
  return {
    kind: "redis",
    store: sessionStore(prefix, {
      get: (key) => inTime(() => client.get(key)),
      set: async (key, value, ttlSeconds) => {
        await inTime(() => client.set(key, value, { expiration: { type: "EX", value: ttlSeconds } }));
      },
      delete: async (key) => {
        await inTime(() => client.del(key));
      },
    }),
    get everUp() {
      return health.everUp;
    },
    close() {
      clearInterval(timer);
      client.off("error", health.down);
      client.on("error", () => undefined);
      if (client.isOpen) client.destroy();
    },
  };
}

/** For `rediss://`. Names the server in the handshake (SNI), which node-redis does not; an address is not a name there. */
function tlsOptions(url: string, ca?: string[]): { tls: true; servername?: string; ca?: string[] } | undefined {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "rediss:") return undefined;
  const isName = isIP(hostname) === 0 && !hostname.startsWith("[");
  return { tls: true, ...(isName && { servername: hostname }), ...(ca !== undefined && { ca }) };
}
