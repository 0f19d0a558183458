import { cookieOptions, type CookieOption, type CookieSupport, type Dialect, type HashKeyKind } from "./dialect.ts";
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
  /** Key below `affinity`. */
  key: string;
  /** A clause with the reason and the dialects that can. */
  message: string;
  /** Whether the user asked for it, or it is a default. */
  asked: boolean;
}

/** What the dialect makes of the affinity, without what it cannot do. */
export function renderAffinity(affinity: Affinity, controller: DialectName | null, place: Place): Rendering {
  if (affinity.kind === "none") return nothing;
  if (affinity.kind === "clientIP") return { ...nothing, serviceSpec: clientIP(affinity.timeoutSeconds) };
  if (controller === null) return nothing;
  const dialect: Dialect = dialects[controller];
  if (affinity.kind === "hash") {
    const support = dialect.hash[kindOf(affinity.key)];
    return "impossible" in support ? nothing : { ...nothing, ...support.render(affinity.key, place) };
  }
  if ("impossible" in dialect.cookie) return nothing;
  const possible = possibleCookie(affinity, dialect.cookie, place);
  return { ...nothing, ...dialect.cookie.render(possible, place) };
}

/** What the dialect cannot do of what is asked or usual, in the order of the options. */
export function shortfalls(affinity: Affinity, controller: DialectName, place: Place): Shortfall[] {
  if (affinity.kind === "hash") return hashShortfalls(affinity.key, controller);
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
      const what = `must be ${values} with ingress.controller ${controller}`;
      return { key: option, message: clause(what, note, able), asked: affinity[option] !== undefined };
    });
}

/** Service fields of affinity by the client's address, which each node keeps by itself. */
function clientIP(timeoutSeconds: number): Rendering["serviceSpec"] {
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function hashShortfalls(key: HashKey, controller: DialectName): Shortfall[] {
  const kind = kindOf(key);
  const support = dialects[controller].hash[kind];
  if (!("impossible" in support)) return [];
  const able = alternatives(({ hash }) => !("impossible" in hash[kind]));
  return [
    {
      key: "key",
      message: clause(`${kind} is not possible with ${controller}`, support.impossible, able),
      asked: true,
    },
  ];
}

function kindOf(key: HashKey): HashKeyKind {
  if ("cookie" in key) return "cookie";
  return "header" in key ? "header" : "sourceIP";
}

/** The user's wishes, and the defaults for the rest. */
function withDefaults(cookie: CookieAffinity, { tls }: Place): CookieAffinity {
  const defaults: Partial<CookieAffinity> = {
    name: defaultCookieName,
    path: "/",
    secure: tls,
    httpOnly: true,
    sameSite: "Lax",
    rebalance: "never",
    canary: "sticky",
    onFailure: "repick",
  };
  const asked = Object.fromEntries(Object.entries(cookie).filter(([, value]) => value !== undefined));
  return { ...defaults, ...asked } as CookieAffinity;
}

function possibleCookie(cookie: CookieAffinity, { options }: CookieSupport, place: Place): CookieAffinity {
  const wanted = withDefaults(cookie, place);
  const impossible = (option: CookieOption) => !options[option].accepts(wanted[option], place);
  const dropped = Object.fromEntries(cookieOptions.filter(impossible).map((option) => [option, undefined]));
  return { ...wanted, ...dropped };
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
