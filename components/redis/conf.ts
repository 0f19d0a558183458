import { maxmemoryBytes } from "../../config/quantity.ts";
import { port } from "./names.ts";

export interface RedisConf {
  durability: "always" | "everysec";
  eviction: "noeviction" | "volatile-ttl";
  /** Memory limit of the container, a Kubernetes quantity. */
  memory: string;
  /** Whether clients and replicas connect by TLS, and by TLS alone. */
  tls: boolean;
}

/** Folder of the certificates: tls.crt, tls.key and ca.crt, as cert-manager writes them. */
export const tlsFolder = "/etc/session-store-tls";

/**
 * The part of redis.conf that holds no secret and is the same for every member.
 * @see https://github.com/valkey-io/valkey/blob/8.1/valkey.conf
 */
export function redisConf({ durability, eviction, memory, tls }: RedisConf): string {
  const directives = {
    ...(tls ? tlsDirectives : { port: String(port) }),
    dir: "/data",
    // The append-only file is the truth; snapshots beside it would only cost memory (fork) and traffic on the share.
    appendonly: "yes",
    appendfsync: durability,
    // "yes" would stop syncing during a rewrite and so lose what `always` promises.
    "no-appendfsync-on-rewrite": "no",
    // A torn end is start.sh's business, which keeps a copy of it and knows how much to cut.
    "aof-load-truncated": "no",
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
    // Without "force" a replica that is writing its first file forgets the SIGTERM, and is killed a minute later.
    "shutdown-on-sigterm": "force",
    "tcp-keepalive": "60",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}\n`)
    .join("");
}

/** Clients prove who they are by password, not by certificate. */
const tlsDirectives = {
  port: "0",
  "tls-port": String(port),
  "tls-cert-file": `${tlsFolder}/tls.crt`,
  "tls-key-file": `${tlsFolder}/tls.key`,
  "tls-ca-cert-file": `${tlsFolder}/ca.crt`,
  "tls-auth-clients": "no",
  "tls-replication": "yes",
};
