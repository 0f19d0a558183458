import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate that vouches for itself, and its key, both PEM. */
export interface SelfSigned {
  certificate: string;
  key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const OID = { commonName: [85, 4, 3], subjectAltName: [85, 29, 17], ecdsaSha256: [42, 134, 72, 206, 61, 4, 3, 2] };

/** A certificate of a server with this DNS name, good for a day. Node signs, but makes no certificates (RFC 5280, 4.1). */
export function selfSigned(name: string): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(der(6, Buffer.from(OID.ecdsaSha256)));
  const subject = sequence(der(0x31, sequence(der(6, Buffer.from(OID.commonName)), der(12, Buffer.from(name)))));
  const alternatives = sequence(der(0x82, Buffer.from(name)));
  const extension = sequence(der(6, Buffer.from(OID.subjectAltName)), der(4, alternatives));
  const content = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    subject,
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign("sha256", content, privateKey);
  const base64 = sequence(content, algorithm, der(3, Buffer.from([0]), signature)).toString("base64");
  const lines = base64.replace(/.{1,64}/g, "$&\n");
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length = content.length;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts);

const utcTime = (time: number): Buffer =>
  der(0x17, Buffer.from(new Date(time).toISOString().replace(/^..|[-:T]|\.\d+/g, "")));
