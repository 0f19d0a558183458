/**
 * What stands for a secret in rendered manifests. Made of characters that percent-encoding leaves alone, so that a
 * placeholder inside a URL can still be found.
 */

const generated = /~generated\.([-\w]+)\.(\d+)~/g;
const fromConfig = /~config\.([-\w]+)~/g;

/** Stands for a random password, made when the manifests are applied. */
export const generatedPlaceholder = (name: string, length: number) => `~generated.${name}.${length}~`;

/** Stands for a secret of the stack's configuration, which only the engine can decrypt. */
export const configPlaceholder = (key: string) => `~config.${key}~`.padEnd(32, "~");

const certificate = /^~self-signed\.([-*.a-z0-9,]+)~$/;

/** Stand for a self-signed certificate and its private key, made when the manifests are applied. */
export const certificatePlaceholders = (hosts: string) => ({
  "tls.crt": `~self-signed.${hosts}~`,
  "tls.key": `~self-signed.${hosts}~`,
});

/** The hosts of the certificate that a Secret's values stand for; undefined where they stand for something else. */
export function certificateHosts({ "tls.crt": value = "" }: Record<string, string>): string[] | undefined {
  return certificate.exec(value)?.[1]?.split(",");
}

/** The configuration keys that an object's secrets need. */
export function configKeys(values: Record<string, string>): string[] {
  const found = Object.values(values).flatMap((value) => [...value.matchAll(fromConfig)]);
  return [...new Set(found.map((match) => match[1] ?? ""))];
}

/** The name of the generated password that a value is, and is nothing else beside. */
export function generatedName(value: string): string | undefined {
  const [first] = value.matchAll(generated);
  return first?.[0] === value ? first[1] : undefined;
}

/** The name of the generated password that a value begins with. */
export function leadingGeneratedName(value: string): string | undefined {
  const [first] = value.matchAll(generated);
  return first?.index === 0 ? first[1] : undefined;
}

/** Replaces every placeholder of a Secret by the password of its name. */
export function fillIn(
  values: Record<string, string>,
  password: (name: string, length: number) => string,
): Record<string, string> {
  const passwordFor = (_: string, name: string, length: string) => password(name, Number(length));
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value.replace(generated, passwordFor)] as const),
  );
}
