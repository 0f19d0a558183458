import { createPrivateKey, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalNode } from "../localNode.ts";

/** Files of a server's certificate and key, PEM. */
export interface ServingCertificate {
  certificate: string;
  key: string;
}

/** As long as those of kubeadm; they are made anew at each start of the node. */
const validDays = 365;
const day = 24 * 60 * 60 * 1000;

/**
 * Makes what a server of the node shows its clients, signed by the cluster's authority: kubeadm makes such certificates
 * for its own servers only.
 *
 * @param file name of the files without their endings
 * @param host DNS name, which is the subject too
 * @param address IP address
 */
export async function servingCertificate(
  node: LocalNode,
  file: string,
  host: string,
  address: string,
): Promise<ServingCertificate> {
  const pki = (name: string) => join(node.paths.pki, name);
  const made = await issue(await readFile(pki("ca.crt"), "utf8"), await readFile(pki("ca.key"), "utf8"), host, address);
  const files = { certificate: pki(`${file}.crt`), key: pki(`${file}.key`) };
  await writeFile(files.certificate, made.certificate);
  await writeFile(files.key, made.key, { mode: 0o600 });
  return files;
}

/** Certificate and key, PEM, of a server with a name and an address, by an authority with an ECDSA key on P-256. */
export async function issue(
  authority: string,
  authorityKey: string,
  host: string,
  address: string,
): Promise<ServingCertificate> {
  // Loaded here, for commands that start nothing don't need it. The library wants the polyfill to be there first.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pkcs8 = createPrivateKey(authorityKey).export({ type: "pkcs8", format: "der" });
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create({
    // Positive, as RFC 5280 wants it.
    serialNumber: `01${randomBytes(15).toString("hex")}`,
    issuer: new x509.X509Certificate(authority).subject,
    subject: `CN=${host}`,
    notBefore: new Date(now - day),
    notAfter: new Date(now + validDays * day),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: host },
        { type: "ip", value: address },
      ]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { certificate: certificate.toString("pem"), key: x509.PemConverter.encode(key, "PRIVATE KEY") };
}
