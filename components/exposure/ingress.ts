import type { IngressSettings, PathSettings } from "../../config/exposure.ts";
import type { Dialect } from "../affinity/dialect.ts";
import { dialects } from "../affinity/dialects.ts";
import { ingressSources, merged } from "./annotations.ts";
import { certificateName, hostsOf } from "./certificate.ts";
import { everyPath, hostsWithPaths } from "./hosts.ts";
import { exposedName, metadata, type Way } from "./way.ts";

/** The Ingress; undefined where there is none, or an HTTPRoute in its place. */
export function ingressPlan(way: Way) {
  const { ingress } = way;
  if (ingress === null || ingress.gateway !== undefined) return undefined;
  const ingressClassName = classOf(ingress);
  const rules = hostsWithPaths(ingress).map(({ host, paths }) => ({ host, ...http(paths) }));
  return {
    metadata: { ...metadata(way), annotations: merged(ingress.annotations, ingressSources(way)) },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      ...(ingress.defaultBackend ? { defaultBackend: backend() } : {}),
      // Beside rules, Traefik reads no defaultBackend, and ingress-nginx reads it for their hosts alone.
      rules: [...rules, ...(ingress.defaultBackend ? [http([everyPath])] : [])],
      ...tlsFields(ingress),
    },
  };
}

/** The class that the Ingress names, the dialect's unless the user says another; undefined for what has none. */
export function classOf({ controller, className }: IngressSettings): string | undefined {
  const dialect: Dialect = dialects[controller];
  return className ?? dialect.className ?? undefined;
}

function http(paths: PathSettings[]) {
  return {
    http: { paths: paths.map(({ path, pathType, service }) => ({ path, pathType, backend: backend(service) })) },
  };
}

function backend(service?: PathSettings["service"]) {
  return service === undefined
    ? { service: { name: exposedName, port: { name: "http" } } }
    : { service: { name: service.name, port: { number: service.port } } };
}

/** One entry for each Secret, that of all other hosts first. */
function tlsFields(ingress: IngressSettings) {
  const common = certificateName(ingress);
  if (common === undefined) return {};
  const own = new Map(
    ingress.hosts.flatMap(({ host, secretName }) => (secretName === undefined ? [] : [[host, secretName] as const])),
  );
  const secretOf = (host: string) => own.get(host) ?? common;
  const hosts = hostsOf(ingress);
  const tls = [...new Set([common, ...own.values()])].map((secretName) => ({
    hosts: hosts.filter((host) => secretOf(host) === secretName),
    secretName,
  }));
  return { tls };
}
