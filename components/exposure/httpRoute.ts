import { isDeepStrictEqual } from "node:util";
import { renderAffinity } from "../affinity/affinity.ts";
import { defaultCookieName } from "../affinity/types.ts";
import type { GatewaySettings, HostSettings, IngressSettings, PathSettings } from "../../config/exposure.ts";
import { ingressSources, merged } from "./annotations.ts";
import { everyPath, hostsWithPaths } from "./hosts.ts";
import { exposedName, metadata, placeOf, redirects, type Way } from "./way.ts";

/** API version and kind of the routes. */
export const httpRoute = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };

/**
 * The HTTPRoutes in place of an Ingress: one for all hosts that have the same paths, one for every other host where that
 * is asked for, and one that leads HTTP to HTTPS. None without a Gateway.
 */
export function httpRoutePlans(way: Way) {
  const { ingress } = way;
  if (ingress?.gateway === undefined) return [];
  const { gateway } = ingress;
  const annotations = merged(ingress.annotations, ingressSources(way));
  // The API server keeps no empty map, and of a kind that it does not know Pulumi would add it again in each run.
  const annotated = Object.keys(annotations).length === 0 ? {} : { annotations };
  const route = (name: string, section: string | undefined, fields: object) => ({
    ...httpRoute,
    metadata: { ...metadata(way, name), ...annotated },
    spec: { parentRefs: [parent(gateway, section)], ...fields },
  });
  const numbered = (name: string, index: number) => (index === 0 ? name : `${name}-${index + 1}`);
  const groups = withSamePaths(hostsWithPaths(ingress))
    .flatMap(({ hosts, paths }) => inParts(hosts).map((hostnames) => ({ hostnames, paths })))
    .map(({ hostnames, paths }, index) => {
      const name = numbered(exposedName, index);
      return route(name, gateway.section, { hostnames, rules: rules(way, paths, name) });
    });
  const others = `${exposedName}-default`;
  return [
    ...groups,
    ...(ingress.defaultBackend ? [route(others, gateway.section, { rules: rules(way, [everyPath], others) })] : []),
    ...(redirects(ingress) ? redirectHosts(ingress) : []).map((fields, index) =>
      route(numbered(`${exposedName}-https`, index), gateway.redirectSection, { ...fields, rules: [toHttps] }),
    ),
  ];
}

/** Without a port the Gateway takes the scheme's own. */
const toHttps = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] };

function parent({ name, namespace }: GatewaySettings, section: string | undefined) {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(section === undefined ? {} : { sectionName: section }),
  };
}

/**
 * One rule for each Service, with all of its paths: rules must not share a persistent session (GEP-1619), and the
 * application's visitors have one for all of its paths.
 */
function rules(way: Way, paths: PathSettings[], route: string) {
  const backends = unique(paths.map((path) => path.service));
  return backends.map((backend) => ({
    matches: paths.filter((path) => isDeepStrictEqual(path.service, backend)).map(match),
    backendRefs: [backend ?? { name: exposedName, port: way.service.port }],
    ...(backend === undefined ? persistence(way, route) : {}),
  }));
}

/**
 * The affinity of a route's rule. Rules of several routes must not share a session either, so that each route but the
 * first has a cookie of its own name: no host is in two routes, so nobody has more than one.
 */
function persistence({ affinity, ingress, namespace, affinityRendering }: Way, route: string) {
  if (affinity.kind !== "cookie" || route === exposedName) return affinityRendering.routeRule;
  const name = `${affinity.name ?? defaultCookieName}${route.slice(exposedName.length)}`;
  return renderAffinity({ ...affinity, name }, ingress?.controller ?? null, placeOf(ingress, namespace)).routeRule;
}

/**
 * What is too much for an HTTPRoute, a clause for each host. It is not spread over several: then a visitor's pod would
 * be another one for other paths. @see HTTPRouteSpec in apis/v1/httproute_types.go of the Gateway API
 */
export function tooMuchForRoutes(ingress: IngressSettings): string[] {
  return hostsWithPaths(ingress).flatMap(({ host, paths }) => {
    const services = unique(paths.map(({ service }) => service));
    const most = Math.max(
      ...services.map((one) => paths.filter(({ service }) => isDeepStrictEqual(service, one)).length),
    );
    if (services.length > 16) return [`${host} has ${services.length} Services, and an HTTPRoute takes 16`];
    if (most > 64) return [`${host} has ${most} paths to one Service, and a rule of an HTTPRoute takes 64`];
    return paths.length > 128 ? [`${host} has ${paths.length} paths, and an HTTPRoute takes 128`] : [];
  });
}

function match({ path, pathType }: PathSettings) {
  return { path: { type: pathType === "Exact" ? "Exact" : "PathPrefix", value: path } };
}

/** Hostnames are those of a whole route, so that hosts with other paths need another one. */
function withSamePaths(all: HostSettings[]): { hosts: string[]; paths: PathSettings[] }[] {
  return unique(all.map(({ paths }) => paths)).map((paths) => ({
    paths,
    hosts: all.filter((other) => isDeepStrictEqual(other.paths, paths)).map(({ host }) => host),
  }));
}

/** Hostnames of each route that redirects: none where the application answers for every host. */
function redirectHosts({ hosts, defaultBackend }: IngressSettings): { hostnames?: string[] }[] {
  if (defaultBackend) return [{}];
  return inParts(unique(hosts.map(({ host }) => host))).map((hostnames) => ({ hostnames }));
}

/** Of 16, which is as many as an HTTPRoute takes. */
function inParts(hosts: string[]): string[][] {
  return hosts.length <= 16 ? [hosts] : [hosts.slice(0, 16), ...inParts(hosts.slice(16))];
}

function unique<T>(values: T[]): T[] {
  return values.filter((value, index) => values.findIndex((other) => isDeepStrictEqual(other, value)) === index);
}
