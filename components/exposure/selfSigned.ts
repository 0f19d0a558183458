import { randomBytes } from "node:crypto";

/** Certificate and private key, PEM, as a Secret of type kubernetes.io/tls holds them. */
interface CertificateData {
  [key: string]: string;
  "tls.crt": string;
  "tls.key": string;
}

/** Days that a certificate is valid: the most that Apple's systems take. @see https://support.apple.com/en-us/103769 */
const validDays = 825;

const hour = 3_600_000;

/**
 * Makes a certificate that signs itself, ECDSA on P-256, for these hosts and no others; one may begin with "*.". It says
 * that it is no authority: whoever trusts it trusts these hosts alone.
 */
export async function selfSigned(hosts: string[], now = new Date()): Promise<CertificateData> {
  // Loaded here, for few stacks need them. The library wants the polyfill to be there first.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  // Clients whose clocks are behind take it, too.
  const notBefore = new Date(now.getTime() - hour);
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Positive, as RFC 5280 wants it.
    serialNumber: `01${randomBytes(15).toString("hex")}`,
    name: "CN=session-stack self-signed",
    notBefore,
    notAfter: new Date(notBefore.getTime() + validDays * 24 * hour),
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: "dns", value }))),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { "tls.crt": certificate.toString("pem"), "tls.key": x509.PemConverter.encode(key, "PRIVATE KEY") };
}
