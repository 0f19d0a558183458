import type { Dialect } from "../components/affinity/dialect.ts";
import { dialects } from "../components/affinity/dialects.ts";
import { tooMuchForRoutes } from "../components/exposure/httpRoute.ts";
import { exposedName } from "../components/exposure/way.ts";
import { annotationRules } from "./annotationRules.ts";
import type { IngressSettings } from "./exposure.ts";
import { alternatives } from "./fields.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** The rules about the Service and the Ingress. `instance` is `<project>-<stack>`. */
export function exposureRules(settings: Settings, instance: string): Problem[] {
  const { ingress } = settings;
  return [
    ...(ingress === null
      ? []
      : [
          ...keysOfGatewayApi(ingress),
          ...keysOfAnIngress(ingress),
          ...hostsAreUnique(ingress),
          ...pathsAreOfUrls(ingress),
          ...pathsLeadSomewhere(ingress),
          ...defaultBackendIsPossible(ingress),
          ...tlsIsOneThing(ingress),
          ...secretsOfHostsFit(ingress),
          ...redirectIsPossible(ingress),
        ]),
    ...annotationRules(settings, instance),
  ];
}

/** Whether the dialect attaches to a Gateway, and has no class and no Ingress. */
const isGatewayApi = (controller: string): boolean => controller === "gateway-api";

function keysOfGatewayApi(ingress: IngressSettings): Problem[] {
  const { controller, gateway, tls, hosts } = ingress;
  if (!isGatewayApi(controller)) {
    if (gateway === undefined) return [];
    return [{ path: ["ingress", "gateway"], message: "belongs to ingress.controller gateway-api; remove it" }];
  }
  const problems: Problem[] = [];
  if (gateway === undefined) {
    const message = "is required with ingress.controller gateway-api: the Gateway that the HTTPRoute attaches to";
    problems.push({ path: ["ingress", "gateway"], message });
  }
  for (const [index, { paths }] of hosts.entries()) {
    for (const [at, { pathType }] of paths.entries()) {
      if (pathType !== "ImplementationSpecific") continue;
      const path = ["ingress", "hosts", index, "paths", at, "pathType"];
      problems.push({ path, message: "must be Prefix or Exact with ingress.controller gateway-api" });
    }
  }
  return [...problems, ...sections(gateway, tls !== null), ...tooMuchForRoutes(ingress).map(tooMuch)];
}

const tooMuch = (clause: string): Problem => ({
  path: ["ingress", "hosts"],
  message: `are too many for an HTTPRoute: ${clause}; use fewer, shorter prefixes`,
});

function sections(gateway: IngressSettings["gateway"], hasTls: boolean): Problem[] {
  if (gateway?.redirectSection === undefined) return [];
  const path = ["ingress", "gateway", "redirectSection"];
  if (!hasTls) return [{ path, message: "leads HTTP to HTTPS, which needs ingress.tls; remove it or set tls" }];
  if (gateway.section === undefined) {
    const message = "needs ingress.gateway.section, or the HTTPRoute answers on the listener for HTTP, too";
    return [{ path, message }];
  }
  if (gateway.section !== gateway.redirectSection) return [];
  return [{ path, message: "must differ from ingress.gateway.section, or HTTPS is led to itself" }];
}

function keysOfAnIngress(ingress: IngressSettings): Problem[] {
  const { controller, className } = ingress;
  if (isGatewayApi(controller)) {
    return (["className", "awaitAddress"] as const)
      .filter((key) => ingress[key] !== undefined)
      .map((key) => ({
        path: ["ingress", key],
        message: "belongs to an Ingress, and gateway-api makes none; remove it",
      }));
  }
  const dialect: Dialect = dialects[controller];
  const path = ["ingress", "className"];
  if (dialect.className === undefined && className === undefined) {
    return [
      { path, message: `is required with ingress.controller ${controller}: the class whose controller is meant` },
    ];
  }
  if (dialect.className !== null || className === undefined) return [];
  return [{ path, message: `is not read by ingress.controller ${controller}; remove it` }];
}

/** The same path may stand there with another type: Kubernetes prefers Exact to Prefix. */
function hostsAreUnique({ hosts }: IngressSettings): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const [index, { host, paths }] of hosts.entries()) {
    for (const { path, pathType } of paths) {
      const same = pathType === "Prefix" ? path.replace(/(.)\/$/, "$1") : path;
      const key = [host, pathType, same].join(" ");
      if (seen.has(key)) problems.push({ path: ["ingress", "hosts", index], message: `repeats ${host}${path}` });
      seen.add(key);
    }
  }
  return problems;
}

/**
 * What no request has can't be meant, and an HTTPRoute refuses it. A path of type ImplementationSpecific may be a pattern.
 * @see https://datatracker.ietf.org/doc/html/rfc3986#section-3.3
 */
function pathsAreOfUrls({ hosts }: IngressSettings): Problem[] {
  return hosts.flatMap(({ paths }, index) =>
    paths.flatMap(({ path: value, pathType }, at): Problem[] => {
      const [allowed, characters] =
        pathType === "ImplementationSpecific"
          ? [/^[!-~]+$/, "printable characters of ASCII"]
          : [/^([-\w.~!$&'()*+,;=:@/]|%[0-9a-f]{2})+$/i, "the characters of a URL's path, others as %XX"];
      if (allowed.test(value)) return [];
      const message = `must have ${characters}, with pathType ${pathType}`;
      return [{ path: ["ingress", "hosts", index, "paths", at, "path"], message }];
    }),
  );
}

function pathsLeadSomewhere({ hosts, defaultBackend }: IngressSettings): Problem[] {
  const problems = hosts.flatMap(({ paths }, index) =>
    paths.flatMap(({ service }, at): Problem[] =>
      service?.name === exposedName
        ? [
            {
              path: ["ingress", "hosts", index, "paths", at, "service", "name"],
              message: "is the application's own Service; leave service out",
            },
          ]
        : [],
    ),
  );
  if (defaultBackend || hosts.some(({ paths }) => paths.some(({ service }) => service === undefined))) return problems;
  return [
    ...problems,
    { path: ["ingress", "hosts"], message: "lead to other Services alone; one path has to be the application's" },
  ];
}

function defaultBackendIsPossible({ controller, defaultBackend }: IngressSettings): Problem[] {
  const { noDefaultBackend }: Dialect = dialects[controller];
  if (!defaultBackend || noDefaultBackend === undefined) return [];
  const message = `true is not possible with ingress.controller ${controller}: ${noDefaultBackend}`;
  return [{ path: ["ingress", "defaultBackend"], message }];
}

const tlsKeys = ["secretName", "issuer", "selfSigned", "elsewhere"] as const;

function tlsIsOneThing({ controller, tls }: IngressSettings): Problem[] {
  if (tls === null) return [];
  const path = ["ingress", "tls"];
  const given = tlsKeys.filter((key) => tls[key] !== undefined);
  const problems: Problem[] = [];
  if (given.length !== 1) {
    const has = given.length === 0 ? "none" : given.join(", ");
    problems.push({ path, message: `needs one of ${alternatives.format(tlsKeys)}; it has ${has}` });
  }
  if (tls.issuerKind !== undefined && tls.issuer === undefined) {
    problems.push({ path: [...path, "issuerKind"], message: "belongs to issuer; remove it or name an issuer" });
  }
  const { noSecret }: Dialect["tls"] = dialects[controller].tls;
  if (noSecret !== undefined && tls.elsewhere === undefined) {
    const message = `must be {elsewhere: true} with ingress.controller ${controller}: ${noSecret}`;
    problems.push({ path, message });
  }
  return problems;
}

/** Certificates of single hosts, beside the one for all others. */
function secretsOfHostsFit({ controller, hosts, tls }: IngressSettings): Problem[] {
  const own = hosts.flatMap(({ host, secretName }, index) =>
    secretName === undefined ? [] : [{ host, secretName, path: ["ingress", "hosts", index, "secretName"] }],
  );
  if (own.length === 0) return [];
  if (isGatewayApi(controller) || tls?.secretName === undefined) {
    const message = isGatewayApi(controller)
      ? "belongs to an Ingress, and gateway-api makes none; remove it"
      : "needs ingress.tls.secretName, the Secret for the other hosts; set that, or remove it";
    return own.map(({ path }) => ({ path, message }));
  }
  const problems = own
    .filter(({ host, secretName }) => own.find((first) => first.host === host)?.secretName !== secretName)
    .map(({ host, path }) => ({ path, message: `must be the same wherever ${host} is named` }));
  if (hosts.some(({ host }) => own.every((other) => other.host !== host))) return problems;
  const message = "is for no host, for each has its own hosts[].secretName; leave that out where it is the same";
  return [...problems, { path: ["ingress", "tls", "secretName"], message }];
}

function redirectIsPossible({ controller, tls, redirect, gateway }: IngressSettings): Problem[] {
  if (redirect !== true) return [];
  const path = ["ingress", "redirect"];
  if (tls === null) return [{ path, message: "true leads to HTTPS, which needs ingress.tls" }];
  if (gateway !== undefined && gateway.redirectSection === undefined) {
    const message =
      "true needs ingress.gateway.redirectSection, the listener for HTTP, whose visitors are led to HTTPS";
    return [{ path, message }];
  }
  const { noRedirect }: Dialect["tls"] = dialects[controller].tls;
  if (noRedirect === undefined || gateway !== undefined) return [];
  return [{ path, message: `true is not possible with ingress.controller ${controller}: ${noRedirect}` }];
}
