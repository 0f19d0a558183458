import { shortfalls, type Shortfall } from "../components/affinity/affinity.ts";
import { defaultCookieName, type CookieAffinity } from "../components/affinity/types.ts";
import { hostsWithPaths } from "../components/exposure/hosts.ts";
import { placeOf } from "../components/exposure/way.ts";
import type { HostSettings } from "./exposure.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** The rules about affinity, and what it has to do with the session and the Ingress. */
export function affinityRules(settings: Settings): Problem[] {
  return [
    ...affinityHasAPlace(settings),
    ...refusedShortfalls(settings).map(({ key, message }) => ({ path: ["affinity", ...key.split(".")], message })),
    ...(settings.affinity.kind === "cookie" ? cookieRules(settings, settings.affinity) : []),
  ];
}

/** What the user asked for, wants strictly and cannot have. */
function refusedShortfalls(settings: Settings): Shortfall[] {
  return isStrict(settings) ? allShortfalls(settings).filter(({ asked }) => asked) : [];
}

/** What cannot be had and is not refused: defaults, and what the user does not want strictly. */
export function acceptedShortfalls(settings: Settings): Shortfall[] {
  return allShortfalls(settings).filter(({ asked }) => !asked || !isStrict(settings));
}

function isStrict({ affinity }: Settings): boolean {
  return "strict" in affinity && affinity.strict;
}

function allShortfalls({ affinity, ingress }: Settings): Shortfall[] {
  return ingress === null ? [] : shortfalls(affinity, ingress.controller, placeOf(ingress, ""));
}

/** An ingress controller connects to the pods, not to the Service: the Service's affinity never sees its traffic. */
function affinityHasAPlace({ affinity: { kind }, ingress }: Settings): Problem[] {
  const path = ["affinity", "kind"];
  if (kind === "clientIP" && ingress !== null) {
    const message =
      "clientIP does nothing behind an ingress, which connects to the pods themselves; use cookie, or ingress null";
    return [{ path, message }];
  }
  if (ingress !== null) return [];
  if (kind === "cookie")
    return [{ path, message: "cookie needs an ingress, which sets the cookie; use clientIP or none" }];
  if (kind === "hash")
    return [{ path, message: "hash needs an ingress, whose controller hashes; use clientIP or none" }];
  return [];
}

function cookieRules(settings: Settings, cookie: CookieAffinity): Problem[] {
  return [
    cookieIsNotTheSession(settings, cookie),
    cookieEndsWithTheSession(settings, cookie),
    noneIsSecure(settings, cookie),
    domainHoldsTheHosts(settings, cookie),
    pathCoversTheApplication(settings, cookie),
  ].filter((problem) => problem !== undefined);
}

function cookieIsNotTheSession({ app, ingress }: Settings, { name }: CookieAffinity): Problem | undefined {
  const own = name ?? defaultCookieName;
  const { cookie = "" } = app.session;
  // Each HTTPRoute but the first has a cookie of its own.
  if (ingress?.gateway !== undefined && cookie.startsWith(own) && /^-(\d+|default)$/.test(cookie.slice(own.length))) {
    const message = `must not be ${own}-<number> or ${own}-default, cookies of the affinity where there are several HTTPRoutes`;
    return { path: ["app", "session", "cookie"], message };
  }
  if (own !== cookie) return undefined;
  const path = ["affinity", "name"];
  const message = "must differ from the application's session cookie, app.session.cookie";
  return name === undefined
    ? { path, message: `is ${defaultCookieName} by default, and ${message}` }
    : { path, message };
}

function cookieEndsWithTheSession({ app }: Settings, { maxAgeSeconds }: CookieAffinity): Problem | undefined {
  const { ttlSeconds } = app.session;
  if (maxAgeSeconds === undefined || ttlSeconds === undefined || maxAgeSeconds <= ttlSeconds) return undefined;
  return {
    path: ["affinity", "maxAgeSeconds"],
    message: `must be at most the session's lifetime, app.session.ttlSeconds (${ttlSeconds})`,
  };
}

/** @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis, section 5.7: the user agent ignores it. */
function noneIsSecure({ ingress }: Settings, { sameSite, secure }: CookieAffinity): Problem | undefined {
  const isSecure = secure ?? (ingress?.tls ?? null) !== null;
  if (sameSite !== "None" || isSecure) return undefined;
  return {
    path: ["affinity", "sameSite"],
    message: "None needs a Secure cookie, or browsers drop it: set ingress.tls, and leave affinity.secure out",
  };
}

/** A cookie for another domain than the host's or one above it is dropped by browsers. @see RFC 6265, section 5.3 */
function domainHoldsTheHosts({ ingress }: Settings, { domain }: CookieAffinity): Problem | undefined {
  if (domain === undefined) return undefined;
  const outside = (ingress?.hosts ?? [])
    .filter(({ paths }) => paths.some(({ service }) => service === undefined))
    .map(({ host }) => host)
    .filter((host) => !`.${host.replace("*.", "")}`.endsWith(`.${domain}`));
  if (outside.length === 0) return isOfOneLabel(domain, ingress?.hosts ?? []);
  return {
    path: ["affinity", "domain"],
    message: `must be the domain of every host, or browsers drop the cookie; outside of it: ${outside.join(", ")}`,
  };
}

/** A top-level domain is a public suffix, if it is not the host itself. @see RFC 6265, section 5.3 */
function isOfOneLabel(domain: string, hosts: HostSettings[]): Problem | undefined {
  if (domain.includes(".") || hosts.every(({ host }) => host === domain)) return undefined;
  const message = "must have two labels or more, or be the only host: browsers drop a cookie for a top-level domain";
  return { path: ["affinity", "domain"], message };
}

/** @see RFC 6265, section 5.1.4. A path of type ImplementationSpecific may be a pattern, which nobody can compare. */
function pathCoversTheApplication({ ingress }: Settings, { path }: CookieAffinity): Problem | undefined {
  if (path === undefined) return undefined;
  const covers = (other: string) => `${other}/`.startsWith(path.endsWith("/") ? path : `${path}/`);
  const outside = (ingress === null ? [] : hostsWithPaths(ingress))
    .flatMap(({ paths }) => paths)
    .filter((other) => other.service === undefined && other.pathType !== "ImplementationSpecific")
    .filter((other) => !covers(other.path))
    .map((other) => other.path);
  if (outside.length === 0) return undefined;
  return {
    path: ["affinity", "path"],
    message: `must cover every path of the application, or browsers leave the cookie out; outside of it: ${[...new Set(outside)].join(", ")}`,
  };
}
