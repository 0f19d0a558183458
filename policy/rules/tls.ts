import type { V1IngressSpec } from "@kubernetes/client-node";
import { groupKind, specOf } from "./pods.ts";
import type { KubernetesObject, Rule } from "./rule.ts";

/** Annotation by which an Ingress or HTTPRoute says where TLS ends, with the one value that there is. */
export const tlsAnnotation = { key: "session-stack/tls", elsewhere: "elsewhere" };

const saidElsewhere = `where something else ends TLS, say so by the annotation ${tlsAnnotation.key}: ${tlsAnnotation.elsewhere} (ingress.tls: {elsewhere: true})`;

export const tls: Rule = {
  name: "tls",
  description: "In production every host is served by TLS: a session's cookie on the way is the session.",
  reads: "stacks",
  scope: "object",
  check: (object) => {
    if (object.metadata.annotations?.[tlsAnnotation.key] === tlsAnnotation.elsewhere) return [];
    switch (groupKind(object)) {
      case "networking.k8s.io/Ingress":
        return plainHosts(specOf<V1IngressSpec>(object)).map(
          (host) => `${host} is served without TLS; name it in spec.tls (ingress.tls), or, ${saidElsewhere}`,
        );
      case "gateway.networking.k8s.io/HTTPRoute":
        return ofRoute(object);
      default:
        return [];
    }
  },
};

/** Hosts that no entry of `tls` names. What is for every host has the controller's certificate, once there is TLS. */
function plainHosts({ rules = [], defaultBackend, tls: entries = [] }: Partial<V1IngressSpec>): string[] {
  if (entries.some(({ hosts = [] }) => hosts.length === 0)) return [];
  const covered = entries.flatMap(({ hosts = [] }) => hosts);
  const named = rules.flatMap(({ host }) => (host === undefined ? [] : [host]));
  const isForAll = defaultBackend !== undefined || named.length < rules.length;
  return [
    ...new Set(named.filter((host) => !covers(covered, host)).map((host) => `host ${host}`)),
    ...(isForAll && covered.length === 0 ? ["every other host"] : []),
  ];
}

/** A wildcard stands for one label. */
function covers(certificates: string[], host: string): boolean {
  return certificates.includes(host) || certificates.includes(host.replace(/^[^.]+/, "*"));
}

interface HTTPRouteSpec {
  hostnames: string[];
  rules: { filters?: { requestRedirect?: { scheme?: string } }[] }[];
}

/** A route cannot tell: its Gateway's listener has the certificate. One that only leads to HTTPS needs none. */
function ofRoute(object: KubernetesObject): string[] {
  const { hostnames = [], rules = [] } = specOf<HTTPRouteSpec>(object);
  const isRedirect = ({ filters = [] }: HTTPRouteSpec["rules"][number]) =>
    filters.some(({ requestRedirect }) => requestRedirect?.scheme === "https");
  if (rules.length > 0 && rules.every(isRedirect)) return [];
  const hosts = hostnames.length === 0 ? ["every host"] : hostnames.map((host) => `host ${host}`);
  return hosts.map((host) => `${host} may be served without TLS; ${saidElsewhere}`);
}
