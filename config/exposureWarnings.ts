import { exposedName, wayTo } from "../components/exposure/way.ts";
import { acceptedShortfalls } from "./affinityRules.ts";
import type { IngressSettings } from "./exposure.ts";
import type { Settings } from "./schema.ts";

/** What the way to the application gives up: one sentence each. */
export function exposureWarnings(settings: Settings, stack: string): string[] {
  const { ingress } = settings;
  return [
    ...acceptedShortfalls(settings).map(
      ({ key, message }) => `affinity.${key} ${message}. What cannot be had is left out.`,
    ),
    ...secureNeedsTls(settings),
    ...domainOfOtherHosts(settings),
    ...(ingress === null ? [] : certificates(ingress, stack)),
  ];
}

/** What the owner of the controller has to have set up: one sentence each. */
export function requirements({
  service,
  ingress,
  affinity,
}: Pick<Settings, "service" | "ingress" | "affinity">): string[] {
  const owner = { instance: exposedName, namespace: exposedName, selector: {} };
  const { affinityRendering, tlsRendering } = wayTo({ service, ingress, affinity }, owner);
  return [...new Set([...affinityRendering.requirements, ...tlsRendering.requirements])].map(
    (sentence) => `ingress.controller ${ingress?.controller} needs: ${sentence}`,
  );
}

function secureNeedsTls({ affinity, ingress }: Settings): string[] {
  if (affinity.kind !== "cookie" || affinity.secure !== true || (ingress?.tls ?? null) !== null) return [];
  return [
    "affinity.secure true without ingress.tls: browsers keep a Secure cookie from plain HTTP, so there is no affinity. Set ingress.tls, {elsewhere: true} where something else ends TLS.",
  ];
}

function domainOfOtherHosts({ affinity, ingress }: Settings): string[] {
  if (affinity.kind !== "cookie" || affinity.domain === undefined || ingress?.defaultBackend !== true) return [];
  return [
    `affinity.domain with ingress.defaultBackend: visitors of hosts outside of ${affinity.domain} get no affinity, for browsers drop the cookie.`,
  ];
}

function certificates({ hosts, tls, defaultBackend }: IngressSettings, stack: string): string[] {
  if (tls === null || tls.elsewhere === true) return [];
  const wildcard = hosts.find(({ host }) => host.startsWith("*."))?.host;
  return [
    ...(tls.issuer !== undefined && wildcard !== undefined
      ? [
          `ingress.tls.issuer for ${wildcard}: only an issuer with a DNS-01 solver, or a CA, issues certificates for a wildcard.`,
        ]
      : []),
    ...(defaultBackend
      ? [
          "ingress.defaultBackend with ingress.tls: on hosts beside those of ingress.hosts the controller shows a certificate of its own, which browsers refuse.",
        ]
      : []),
    ...(tls.selfSigned === true && stack === "prod"
      ? [
          "ingress.tls.selfSigned in prod: no browser trusts a certificate that signs itself. Use an issuer or a Secret.",
        ]
      : []),
  ];
}
