import { nothing, type ClientIpAffinity, type Rendering } from "./types.ts";

/**
 * Affinity of the Service itself, by the client's address, kept on each node by itself.
 * @see https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity
 */
export function clientIP({ timeoutSeconds }: ClientIpAffinity): Rendering {
  return {
    ...nothing,
    serviceSpec: { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } },
  };
}
