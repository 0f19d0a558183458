/** The store's names: a contract, which clients and runbooks rely on. Pure. */

export const port = 6379;

/** StatefulSet and headless Service. A constant, for a changed serviceName replaces the StatefulSet. */
export const statefulSet = "redis";
/** Service that always leads to the primary: the one for clients. */
export const primaryService = "redis-master";
/** Service over all members that are ready, for reads that may be a moment old. */
export const readService = "redis-read";
/** Secret for applications, with the keys `url`, `host`, `port`, `username` and `password`. */
export const secret = "session-store";
/** Secret for the store's own pods: `current`, and a key `<user>-<version>` for each password. */
export const usersSecret = "session-store-users";
/** Users of the server. What each may do is in users.sh. */
export const users = ["admin", "app", "replica", "backup", "metrics"] as const;
/** The one that applications are. */
export const clientUser = "app";
/** Key of a user's password in the Secret. */
export const passwordKey = (user: (typeof users)[number], version: number) => `${user}-${version}`;
export const claimTemplate = "data";
/** CronJob that makes archives, and the claim with them. */
export const backup = "session-store-backup";
/** Suspended CronJob from which Jobs are made that restore one. */
export const restore = "session-store-restore";

/** Stable DNS name of a member's pod. Without the cluster's domain, which the resolver's search list adds. */
export const memberHost = (namespace: string, ordinal: number) =>
  `${statefulSet}-${ordinal}.${statefulSet}.${namespace}.svc`;
export const primaryHost = (namespace: string) => memberHost(namespace, 0);
/** Host that clients connect to. */
export const clientHost = (namespace: string) => `${primaryService}.${namespace}.svc`;
/** Claim of one member. */
export const claim = (ordinal: number) => `${claimTemplate}-${statefulSet}-${ordinal}`;

/**
 * The URL that clients connect by, password percent-encoded.
 * @see https://www.iana.org/assignments/uri-schemes/prov/redis
 */
export function storeUrl(password: string, { namespace, tls }: { namespace: string; tls: boolean }): string {
  const scheme = tls ? "rediss" : "redis";
  return `${scheme}://${clientUser}:${encodeURIComponent(password)}@${clientHost(namespace)}:${port}/0`;
}

/**
 * Default images, pinned. uid 999 is their user. Redis is the patch that the tests run. Valkey is the line that they run, at
 * its last security fixes: Debian has those under the number 8.1.1.
 * @see https://github.com/valkey-io/valkey/blob/8.1/00-RELEASENOTES
 */
const images = { valkey: "docker.io/valkey/valkey:8.1.10", redis: "docker.io/library/redis:8.0.6" };
export const redisImage = (engine: keyof typeof images) => images[engine];
