import { maxmemoryBytes } from "../../config/quantity.ts";

export interface RedisConf {
  durability: "always" | "everysec";
  eviction: "noeviction" | "volatile-ttl";
  /** Memory limit of the container, a Kubernetes quantity. */
  memory: string;
}

/**
 * The part of redis.conf that holds no secret and is the same for every member.
 * @see https://github.com/valkey-io/valkey/blob/8.1/valkey.conf
 */
export function redisConf({ durability, eviction, memory }: RedisConf): string {
  const directives = {
    port: "6379",
    dir: "/data",
    // The append-only file is the truth; snapshots beside it would only cost memory (fork) and traffic on the share.
    appendonly: "yes",
    appendfsync: durability,
    // "yes" would stop syncing during a rewrite and so lose what `always` promises.
    "no-appendfsync-on-rewrite": "no",
    save: '""',
    maxmemory: String(maxmemoryBytes(memory)),
    "maxmemory-policy": eviction,
    // A restarted primary needs a full resync; the default delay of 5 s would keep its replicas waiting for nothing.
    "repl-diskless-sync-delay": "0",
    // A replica whose DNS answer was a moment old connects to an address that nobody has any more, and tries again only
    // after this time-out. The default of 60 s leaves it without its primary for a minute after each restart.
    "repl-timeout": "10",
    "repl-ping-replica-period": "3",
    // On SIGTERM: how long to wait for replicas to catch up.
    "shutdown-timeout": "10",
    "tcp-keepalive": "60",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}
