import { shortfalls } from "../components/affinity/affinity.ts";
import { dialects, type DialectName } from "../components/affinity/dialects.ts";
import type { Affinity, CookieAffinity, HashKey, Place, Rendering } from "../components/affinity/types.ts";

/** An application `app` in the namespace `shop`, without TLS. */
export const plain: Place = { name: "app", namespace: "shop", tls: false, gatewayApi: "1.6" };
/** The same where its Ingress has TLS. */
export const overTls: Place = { ...plain, tls: true };
/** The same where TLS ends before the controller. */
export const behindTls: Place = { ...overTls, tlsElsewhere: true };

export const cookie = (wishes: Partial<CookieAffinity> = {}): Affinity => ({ kind: "cookie", strict: true, ...wishes });
export const hash = (key: HashKey): Affinity => ({ kind: "hash", strict: true, key });

/** Every option of a cookie with another value than the default. */
export const unusual = {
  name: "shop-affinity",
  path: "/shop",
  domain: "example.com",
  maxAgeSeconds: 5400,
  secure: true,
  httpOnly: false,
  sameSite: "Strict",
  rebalance: "onScale",
  canary: "ignore",
  onFailure: "stay",
} satisfies Partial<CookieAffinity>;

/** What is asked for and can't be had, in lines "<key> <message>". */
export function refusals(controller: DialectName, affinity: Affinity, place: Place = overTls): string[] {
  return lines(controller, affinity, place, true);
}

/** Defaults that can't be had, in lines "<key> <message>". */
export function missingDefaults(controller: DialectName, place: Place = overTls): string[] {
  return lines(controller, cookie(), place, false);
}

function lines(controller: DialectName, affinity: Affinity, place: Place, asked: boolean): string[] {
  return shortfalls(affinity, controller, place)
    .filter((shortfall) => shortfall.asked === asked)
    .map(({ key, message }) => `${key} ${message}`);
}

/** What the dialect adds for TLS: with a redirect, without, and both where TLS ends before the controller. */
export function https(controller: DialectName): Record<"redirect" | "both" | "elsewhere" | "elsewhereBoth", unknown> {
  const render = (redirect: boolean, place: Place): Partial<Rendering> =>
    dialects[controller].tls.render(redirect, place);
  return {
    redirect: render(true, overTls),
    both: render(false, overTls),
    elsewhere: render(true, behindTls),
    elsewhereBoth: render(false, behindTls),
  };
}
