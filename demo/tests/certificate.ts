import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A certificate and its key, both PEM. */
export interface Certified {
  /** Common name of whom it is about. */
  subject: string;
  certificate: string;
  key: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const OID = {
  commonName: [85, 4, 3],
  subjectAltName: [85, 29, 17],
  basicConstraints: [85, 29, 19],
  ecdsaSha256: [42, 134, 72, 206, 61, 4, 3, 2],
};

/** A certificate of a server with this DNS name that vouches for itself. */
export const selfSigned = (name: string): Certified => make({ subject: name, names: [name] });

/** The certificate of an authority, which vouches for what {@link issue} makes with it. */
export const authority = (name: string): Certified => make({ subject: name });

/** A certificate of a server with these DNS names for which an authority vouches. */
export const issue = (by: Certified, names: string[]): Certified => make({ subject: names[0] ?? "", names, by });

interface Content {
  subject: string;
  /** DNS names of a server; default: it is an authority. */
  names?: string[];
  /** Default: itself. */
  by?: Certified;
}

/** A certificate that is good for a day. Node signs, but makes no certificates (RFC 5280, 4.1). */
function make({ subject, names, by }: Content): Certified {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid(OID.ecdsaSha256));
  const extension =
    names === undefined
      ? sequence(oid(OID.basicConstraints), TRUE, der(4, sequence(TRUE)))
      : sequence(oid(OID.subjectAltName), der(4, sequence(...names.map((name) => der(0x82, Buffer.from(name))))));
  const content = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguished(by?.subject ?? subject),
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    distinguished(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = sign("sha256", content, by?.key ?? privateKey);
  const base64 = sequence(content, algorithm, der(3, Buffer.from([0]), signature)).toString("base64");
  const lines = base64.replace(/.{1,64}/g, "$&\n");
  return {
    subject,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A name that is a common name alone. */
const distinguished = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid(OID.commonName), der(12, Buffer.from(name)))));

const oid = (bytes: readonly number[]): Buffer => der(6, Buffer.from(bytes));
const TRUE = der(1, Buffer.from([255]));

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
