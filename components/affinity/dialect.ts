import type { CookieAffinity, Place, Rendering, TlsRendering } from "./types.ts";

/**
 * What one ingress controller understands. The checks of the configuration, what is rendered and the page
 * docs/affinity/<name>.md all come from here.
 */
export interface Dialect {
  /** Product and releases, such as "Traefik 3". */
  title: string;
  /** A paragraph on the product: who makes it, what state it is in, on which object it reads its settings. */
  about: string;
  /**
   * `proved`: the end-to-end tests see its cookie from a real proxy. `admitted`: they see the API server admit its
   * objects. `rendered`: it is written from documentation and source, and not exercised.
   */
  status: "proved" | "admitted" | "rendered";
  /** How it was proved, or where it was read. */
  evidence: string;
  /** Default of `ingress.className`; undefined where the user has to say, null for what knows no class by that field. */
  className: string | null | undefined;
  /** Why `ingress.defaultBackend` is not possible, where it is not: a clause. */
  noDefaultBackend?: string;
  /** What it needs to reach pods of a Service of type ClusterIP, where there is no affinity; its affinity has it, too. */
  plain?: Partial<Rendering>;
  cookie: CookieSupport | Impossible;
  hash: Record<HashKeyKind, HashSupport | Impossible>;
  /** Annotations that would change or undo an affinity by cookie or hash, and are refused beside it; default: none. */
  reserved?: ReservedAnnotation[];
  tls: TlsSupport;
  /** Sources: documentation pages, issues, RFCs. */
  links: { title: string; url: string }[];
}

/** Annotations of the Ingress or the Service, whichever of them the controller reads it from. */
export interface ReservedAnnotation {
  /** Key, in which * stands for any characters; the case of letters does not count. */
  pattern: string;
  /** Key below `affinity` that says the same; undefined for what has no place beside an affinity. */
  option?: CookieOption | "kind" | "key";
}

export type HashKeyKind = "cookie" | "header" | "sourceIP";

/** Why a dialect cannot do something: a clause such as "it reads stickiness by cookie alone". */
export interface Impossible {
  impossible: string;
}

/** What happens to visitors, as the page says and the end-to-end tests check where they can. */
export interface Behaviour {
  /** `strong`: the affinity names a pod. `weak`: it follows from a hash, and moves when the set of pods changes. */
  strength: "strong" | "weak";
  podLoss: string;
  rollout: string;
  scaleUp: string;
  scaleDown: string;
}

/** What becomes of visitors under a consistent hash. */
export const consistentlyHashed: Behaviour = {
  strength: "weak",
  podLoss: "The visitors of the pod get another one; nobody else moves.",
  rollout: "The share of visitors moves that the hash gives to the new pods, with each pod that is replaced.",
  scaleUp: "From c pods to n about (n−c)/n of the visitors move, for the hash is consistent.",
  scaleDown: "The visitors of the pods that go get another pod; nobody else moves.",
};

export type CookieOption = Exclude<keyof CookieAffinity, "kind" | "strict">;

/** Options of a cookie in the order in which they are shown and checked. */
export const cookieOptions: CookieOption[] = [
  "name",
  "path",
  "domain",
  "maxAgeSeconds",
  "secure",
  "httpOnly",
  "sameSite",
  "rebalance",
  "canary",
  "onFailure",
];

export interface CookieSupport {
  behaviour: Behaviour;
  options: { [Option in CookieOption]: OptionSupport };
  /**
   * Called with what `options` accept alone. What is left out or can't be had has its default; it is undefined where
   * that can't be had either.
   */
  render: (cookie: CookieAffinity, place: Place) => Partial<Rendering>;
}

export interface HashSupport {
  behaviour: Behaviour;
  /** Which names the cookie or header may have; default: every one that the configuration takes. */
  names?: OptionSupport;
  /** Called with the name of the cookie or header, and with "" for sourceIP. */
  render: (name: string, place: Place) => Partial<Rendering>;
}

/** Which values of an option a dialect can express; undefined is "left out", where that means something (domain, maxAgeSeconds). */
export interface OptionSupport {
  /** For people: "any", "1 to 604800", "true". */
  values: string;
  accepts: (value: unknown, place: Place) => boolean;
  /** Why no other, or what to know: a clause such as "HttpOnly is always set". Undefined where `values` says it all. */
  note?: string;
}

/** Every value that the configuration takes. */
export const any = (note?: string): OptionSupport => ({ values: "any", accepts: () => true, note });

/** These values alone. */
export const only = (allowed: (string | boolean | number | undefined)[], note: string): OptionSupport => ({
  values: allowed.map((value) => (value === undefined ? "left out" : String(value))).join(" or "),
  accepts: (value) => (allowed as unknown[]).includes(value),
  note,
});

/** Left out alone: what the dialect cannot express at all. */
export const never = (note: string): OptionSupport => only([undefined], note);

/** Left out, or a text of certain characters: for what a controller copies into a syntax of its own. */
export const matching = (pattern: RegExp, values: string, note: string): OptionSupport => ({
  values,
  accepts: (value) => value === undefined || (typeof value === "string" && pattern.test(value)),
  note,
});

/** Names that no syntax of a controller gives a meaning to. */
export const plainName = (note: string) => matching(/^[\w.-]+$/, 'of letters, digits, ".", "_" and "-"', note);

/** Left out, or a number of seconds in a range. */
export const seconds = (min: number, max: number, note?: string): OptionSupport => ({
  values: `${min} to ${max}`,
  accepts: (value) => value === undefined || (typeof value === "number" && value >= min && value <= max),
  note,
});

/** Requirement of dialects whose redirect does not read X-Forwarded-Proto, and so would answer its own visitors for ever. */
export const redirectElsewhere =
  "What ends TLS redirects HTTP by itself: the controller sees HTTP alone, and has no redirect that looks at X-Forwarded-Proto.";

/** How a dialect serves HTTPS for an Ingress with `tls`, and leads HTTP to it. */
interface TlsSupport {
  /** What an Ingress with TLS needs beside its `tls` entry; `redirect`: HTTP is answered by a redirect to HTTPS. */
  render: (redirect: boolean, place: Place) => Partial<TlsRendering>;
  /** Why there is no redirect, where there is none: a clause. */
  noRedirect?: string;
  /** Why it reads no certificate from a Secret, where it does not: a clause. */
  noSecret?: string;
  /** What to know: a sentence. */
  note?: string;
}
