import { X509Certificate } from "node:crypto";
import type { V1Secret } from "@kubernetes/client-node";
import type { KubernetesObject } from "../render/objects.ts";
import { apiMessage, orUndefined, type Cluster } from "./cluster.ts";

/**
 * What is wrong with the Secrets that a stack's Ingress takes its certificates from: a sentence each, for it may be
 * right by the time the first visitor comes. Left out are those that the stack makes itself, or cert-manager by the
 * Ingress's annotation. Whether a certificate is trusted, or has ended, is not looked at.
 */
export async function certificateWarnings(cluster: Cluster, objects: KubernetesObject[]): Promise<string[]> {
  const warnings = await Promise.all(givenCertificates(objects).map((given) => warningsOf(cluster, given)));
  return warnings.flat();
}

/** A Secret that somebody else makes, and the hosts that it is for. */
interface Given {
  namespace: string;
  name: string;
  hosts: string[];
}

function givenCertificates(objects: KubernetesObject[]): Given[] {
  const made = objects.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
  return objects
    .filter(({ kind, metadata }) => kind === "Ingress" && !isIssued(metadata.annotations))
    .flatMap(({ metadata: { namespace = "" }, spec }) =>
      ((spec?.tls ?? []) as { hosts: string[]; secretName: string }[])
        .filter(({ secretName }) => !made.includes(secretName))
        .map(({ hosts, secretName }) => ({ namespace, name: secretName, hosts })),
    );
}

function isIssued(annotations: Record<string, string> = {}): boolean {
  return "cert-manager.io/issuer" in annotations || "cert-manager.io/cluster-issuer" in annotations;
}

async function warningsOf({ core }: Cluster, { namespace, name, hosts }: Given): Promise<string[]> {
  const what = `Secret ${namespace}/${name}, which ingress.tls names,`;
  const until = `until it is right, visitors of ${hosts.join(", ")} get the controller's own certificate, which browsers refuse`;
  let secret: V1Secret | undefined;
  try {
    secret = await orUndefined(core.readNamespacedSecret({ name, namespace }));
  } catch (error) {
    return [`${what} cannot be read, so its certificate is not checked: ${apiMessage(error)}`];
  }
  if (secret === undefined) return [`${what} is not there: ${until}.`];
  const missing = ["tls.crt", "tls.key"].filter((key) => (secret.data?.[key] ?? "") === "");
  if (missing.length > 0) return [`${what} has no ${missing.join(" and no ")}: ${until}.`];
  const certificate = parsed(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64"));
  if (certificate === undefined) return [`${what} has no certificate in tls.crt: ${until}.`];
  return hosts
    .filter((host) => !isFor(certificate, host))
    .map(
      (host) =>
        `${what} has a certificate that is not for ${host}, and browsers refuse it there; it is for: ${namesOf(certificate).join(", ") || "no host"}.`,
    );
}

/** The first certificate of the chain, which is the server's. */
function parsed(pem: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Browsers do not look at the subject. All hosts of a wildcard are covered by the same wildcard alone. */
function isFor(certificate: X509Certificate, host: string): boolean {
  if (host.startsWith("*.")) return namesOf(certificate).includes(host);
  return certificate.checkHost(host, { subject: "never" }) !== undefined;
}

/** DNS names of the certificate, in lower case. */
function namesOf({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName
    .split(", ")
    .filter((name) => name.startsWith("DNS:"))
    .map((name) => name.slice("DNS:".length).toLowerCase());
}
