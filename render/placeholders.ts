/**
 * What stands for a secret in rendered manifests. Made of characters that percent-encoding leaves alone, so that a
 * placeholder inside a URL can still be found.
 */

const generated = /~generated\.[-\w]+\.(\d+)~/g;
const fromConfig = /~config\.([-\w]+)~/g;

/** Stands for a random password, made when the manifests are applied. */
export const generatedPlaceholder = (name: string, length: number) => `~generated.${name}.${length}~`;

/** Stands for a secret of the stack's configuration, which only the engine can decrypt. */
export const configPlaceholder = (key: string) => `~config.${key}~`.padEnd(32, "~");

/** The configuration keys that an object's secrets need. */
export function configKeys(values: Record<string, string>): string[] {
  const found = Object.values(values).flatMap((value) => [...value.matchAll(fromConfig)]);
  return [...new Set(found.map((match) => match[1] ?? ""))];
}

/** Replaces every placeholder of a Secret; equal placeholders get equal passwords. */
export function fillIn(values: Record<string, string>, password: (length: number) => string): Record<string, string> {
  const made = new Map<string, string>();
  const passwordFor = (placeholder: string, length: string) => {
    const value = made.get(placeholder) ?? password(Number(length));
    made.set(placeholder, value);
    return value;
  };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value.replace(generated, passwordFor)] as const),
  );
}
