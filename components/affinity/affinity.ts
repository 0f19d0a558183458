import {
  cookieOptions,
  type CookieSupport,
  type Dialect,
  type HashKeyKind,
  type HashSupport,
  type Impossible,
} from "./dialect.ts";
import { dialects, type DialectName } from "./dialects.ts";
import {
  defaultCookieName,
  nothing,
  type Affinity,
  type CookieAffinity,
  type HashKey,
  type Place,
  type Rendering,
} from "./types.ts";

/** What a dialect cannot give. */
export interface Shortfall {
  /** Key below `affinity`, such as "name" or "key.cookie". */
  key: string;
  /** What completes "affinity.<key>": what is possible, the reason and the dialects that can. */
  message: string;
  /** Whether the user asked for it, or it is a default. */
  asked: boolean;
}

/** What the dialect makes of the affinity, without what it cannot do. */
export function renderAffinity(affinity: Affinity, controller: DialectName | null, place: Place): Rendering {
  if (affinity.kind === "clientIP") return { ...nothing, serviceSpec: clientIP(affinity.timeoutSeconds) };
  if (controller === null) return nothing;
  const dialect: Dialect = dialects[controller];
  const plain = { ...nothing, ...dialect.plain };
  if (affinity.kind === "none") return plain;
  if (affinity.kind === "hash") {
    const { kind, name } = hashOf(affinity.key);
    const support = dialect.hash[kind];
    if ("impossible" in support || !canHash(support, name, place)) return plain;
    return { ...nothing, ...support.render(name, place) };
  }
  if ("impossible" in dialect.cookie) return plain;
  const possible = possibleCookie(affinity, dialect.cookie, place);
  return { ...nothing, ...dialect.cookie.render(possible, place) };
}

/** What the dialect cannot do of what is asked or usual, in the order of the options. */
export function shortfalls(affinity: Affinity, controller: DialectName, place: Place): Shortfall[] {
  if (affinity.kind === "hash") return hashShortfalls(affinity.key, controller, place);
  if (affinity.kind !== "cookie") return [];
  const { cookie } = dialects[controller];
  if ("impossible" in cookie) {
    const able = alternatives(({ cookie: other }) => !("impossible" in other));
    return [
      {
        key: "kind",
        message: clause(`cookie is not possible with ${controller}`, cookie.impossible, able),
        asked: true,
      },
    ];
  }
  const wanted = withDefaults(affinity, place);
  return cookieOptions
    .filter((option) => !cookie.options[option].accepts(wanted[option], place))
    .map((option) => {
      const { values, note = "" } = cookie.options[option];
      const able = alternatives(
        ({ cookie: other }) => !("impossible" in other) && other.options[option].accepts(wanted[option], place),
      );
      const asked = affinity[option] !== undefined;
      const what = asked
        ? `must be ${values} with ingress.controller ${controller}`
        : `is ${wanted[option] ?? "left out"} by default, but with ingress.controller ${controller} it can only be ${values}`;
      return { key: option, message: clause(what, note, able), asked };
    });
}

/** Service fields of affinity by the client's address, which each node keeps by itself. */
function clientIP(timeoutSeconds: number): Rendering["serviceSpec"] {
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function hashShortfalls(key: HashKey, controller: DialectName, place: Place): Shortfall[] {
  const { kind, name } = hashOf(key);
  const support = dialects[controller].hash[kind];
  const able = alternatives(({ hash }) => canHash(hash[kind], name, place));
  if ("impossible" in support) {
    const message = clause(`${kind} is not possible with ${controller}`, support.impossible, able);
    return [{ key: "key", message, asked: true }];
  }
  if (support.names === undefined || support.names.accepts(name, place)) return [];
  const { values, note = "" } = support.names;
  const message = clause(`must be ${values} with ingress.controller ${controller}`, note, able);
  return [{ key: `key.${kind}`, message, asked: true }];
}

function canHash(support: HashSupport | Impossible, name: string, place: Place): boolean {
  return !("impossible" in support) && (support.names === undefined || support.names.accepts(name, place));
}

/** Kind of a key, and the name of its cookie or header. */
function hashOf(key: HashKey): { kind: HashKeyKind; name: string } {
  if ("cookie" in key) return { kind: "cookie", name: key.cookie };
  return "header" in key ? { kind: "header", name: key.header } : { kind: "sourceIP", name: "" };
}

/** What is to be had if nothing else is said. */
function defaults({ tls }: Place): Partial<CookieAffinity> {
  return {
    name: defaultCookieName,
    path: "/",
    secure: tls,
    httpOnly: true,
    sameSite: "Lax",
    rebalance: "never",
    canary: "sticky",
    onFailure: "repick",
  };
}

/** The user's wishes, and the defaults for the rest. */
function withDefaults(cookie: CookieAffinity, place: Place): CookieAffinity {
  const asked = Object.fromEntries(Object.entries(cookie).filter(([, value]) => value !== undefined));
  return { ...defaults(place), ...asked } as CookieAffinity;
}

/** The wishes without those that the dialect can't fulfil: there, its default, or nothing if that can't be had either. */
function possibleCookie(cookie: CookieAffinity, { options }: CookieSupport, place: Place): CookieAffinity {
  const wanted = withDefaults(cookie, place);
  const usual = defaults(place);
  const possible = cookieOptions.map((option) => {
    const values = [wanted[option], usual[option]];
    return [option, values.find((value) => value !== undefined && options[option].accepts(value, place))];
  });
  return { ...wanted, ...Object.fromEntries(possible) } as CookieAffinity;
}

/** Names of the dialects that can. */
function alternatives(can: (dialect: Dialect) => boolean): string[] {
  return Object.entries(dialects)
    .filter(([, dialect]) => can(dialect))
    .map(([name]) => name);
}

function clause(what: string, reason: string, able: string[]): string {
  const why = reason === "" ? "" : `: ${reason}`;
  return `${what}${why}${able.length === 0 ? "" : ` (possible with ${able.join(", ")})`}`;
}
