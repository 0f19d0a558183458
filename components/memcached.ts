import type { types } from "@pulumi/kubernetes";
import { parseBytes } from "../config/quantity.ts";
import { restrictedContainer, restrictedPod } from "./podSecurity.ts";

/** The decisions behind the memcached store, as plain data. */

/** Deployment, Service and NetworkPolicy. */
export const name = "memcached";
export const port = 11211;
/** Secret with the keys `url`, `host` and `port`, of the same name whatever the kind of store. */
export const secret = "session-store";

/** Host that clients connect to. Without the cluster's domain, which the resolver's search list adds. */
export const host = (namespace: string) => `${name}.${namespace}.svc`;
export const url = (namespace: string) => `memcached://${host(namespace)}:${port}`;

/** Any number but 0: the image needs no user of its own, for nothing is written. */
const user = 11211;

/** Share of the memory limit that holds items; the rest is for connections, threads and the hash table. */
const itemShare = 0.75;

export function podSpec({ image, memory }: { image: string; memory: string }): types.input.core.v1.PodSpec {
  const probe = { tcpSocket: { port: name }, timeoutSeconds: 3 };
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // It has nothing to write down before it stops.
    terminationGracePeriodSeconds: 5,
    securityContext: restrictedPod(user),
    containers: [
      {
        name,
        image,
        command: commandLine(memory),
        ports: [{ name, containerPort: port }],
        startupProbe: { ...probe, periodSeconds: 1, failureThreshold: 60 },
        livenessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3 },
        readinessProbe: { ...probe, periodSeconds: 2, failureThreshold: 2 },
        securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
        resources: { requests: { cpu: "50m", memory }, limits: { memory } },
      },
    ],
  };
}

/**
 * A command rather than arguments: not every image has an entry point.
 * `-U 0`: no UDP, which has been used to amplify attacks (CVE-2018-1000115).
 * @see https://github.com/memcached/memcached/blob/master/doc/memcached.1
 */
function commandLine(memory: string): string[] {
  const mebibytes = Math.floor(((parseBytes(memory) ?? 0) * itemShare) / 2 ** 20);
  return [name, "-m", String(mebibytes), "-p", String(port), "-U", "0"];
}
