import { isIPv6 } from "node:net";
import type { IngressSettings, ServiceSettings } from "../../config/exposure.ts";
import type { Affinity } from "../affinity/types.ts";
import { classOf } from "./ingress.ts";

/** The Ingress, or what takes its place, in a consumer's words. */
export interface IngressOutput {
  /** Null for what has no class: an HTTPRoute names a Gateway. */
  className: string | null;
  /** The first host without "*", or the first of all. */
  host: string;
  affinity: string;
}

export function ingressOutput(ingress: IngressSettings, affinity: Affinity): IngressOutput {
  const hosts = ingress.hosts.map(({ host }) => host);
  const host = hosts.find((name) => !name.startsWith("*.")) ?? hosts[0] ?? "";
  return { className: classOf(ingress) ?? null, host, affinity: affinity.kind };
}

/** Where people reach the application: its first path on the first host without "*"; null where there is no such host. */
export function ingressUrl({ hosts, tls }: IngressSettings): string | null {
  const ways = hosts
    .filter(({ host }) => !host.startsWith("*."))
    .flatMap(({ host, paths }) => paths.filter(({ service }) => service === undefined).map(({ path }) => host + path));
  const [first] = ways;
  return first === undefined ? null : `${tls === null ? "http" : "https"}://${first}`;
}

/** A part of a Service's status, as the API server has it. */
interface LoadBalancerStatus {
  loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] };
}

/** The address that a load balancer has by now; null where it has none yet. */
export function loadBalancerUrl({ port }: Pick<ServiceSettings, "port">, status: LoadBalancerStatus | undefined) {
  const [first] = status?.loadBalancer?.ingress ?? [];
  const address = first?.hostname ?? first?.ip;
  if (address === undefined || address === "") return null;
  const host = isIPv6(address) ? `[${address}]` : address;
  return `http://${host}${port === 80 ? "" : `:${port}`}/`;
}
