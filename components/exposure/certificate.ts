import type { IngressSettings, TlsSettings } from "../../config/exposure.ts";
import { contentHash } from "../hash.ts";
import { metadata, type Owner } from "./way.ts";

/** Annotation of a Secret whose certificate is made here: the hosts that it is for, separated by commas. */
export const selfSignedAnnotation = "session-stack/self-signed";

/** Every host, once, in a fixed order. */
export function hostsOf({ hosts }: IngressSettings): string[] {
  return [...new Set(hosts.map(({ host }) => host))].sort();
}

/**
 * The Secret with the certificate that the Ingress serves; undefined where TLS ends elsewhere. One that is made here has
 * another name for other hosts, so that a certificate is never changed; one that cert-manager makes has a name of its
 * own, for Pulumi deletes what it made itself after the Ingress has changed over.
 */
export function certificateName(ingress: IngressSettings): string | undefined {
  const { tls } = ingress;
  if (tls === null) return undefined;
  if (tls.selfSigned === true) return `app-tls-${contentHash({ hosts: hostsOf(ingress).join() })}`;
  return tls.issuer === undefined ? tls.secretName : "app-issued-tls";
}

/** Makes cert-manager issue what `spec.tls` names. @see https://cert-manager.io/docs/usage/ingress/ */
export function certManagerAnnotation(tls: TlsSettings | null): Record<string, string> {
  if (tls?.issuer === undefined) return {};
  const key = tls.issuerKind === "Issuer" ? "cert-manager.io/issuer" : "cert-manager.io/cluster-issuer";
  return { [key]: tls.issuer };
}

/** Says what the object cannot: that TLS ends before it. Nothing but the policy reads it (policy/rules/tls.ts). */
export function elsewhereAnnotation(tls: TlsSettings | null): Record<string, string> {
  return tls?.elsewhere === true ? { "session-stack/tls": "elsewhere" } : {};
}

/** The Secret of a self-signed certificate, without its data; undefined where there is none. */
export function certificateSecret(ingress: IngressSettings, owner: Owner) {
  const name = certificateName(ingress);
  if (name === undefined || ingress.tls?.selfSigned !== true) return undefined;
  const annotations = { [selfSignedAnnotation]: hostsOf(ingress).join() };
  return { metadata: { ...metadata(owner, name), annotations }, type: "kubernetes.io/tls" };
}
