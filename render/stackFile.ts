import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { configPlaceholder } from "./placeholders.ts";

/** The configuration of a stack as Pulumi would hand it to the program, secrets replaced by placeholders. */
export interface StackFile {
  values: Record<string, string>;
  secretKeys: string[];
}

/** Values that take the place of the file's, by path below the project: `{ "app.image": "…" }`. */
export type Overrides = Record<string, unknown>;

const root = fileURLToPath(new URL("..", import.meta.url));

/** The name of the project in a folder, out of its Pulumi.yaml; default: this project. */
export function projectName(folder = root): string {
  return (parse(readFileSync(`${folder}/Pulumi.yaml`, "utf8")) as { name: string }).name;
}

/**
 * The path of Pulumi.<stack>.yaml.
 * @throws Error when there is none, naming those there are.
 */
export function stackFilePath(stack: string, folder = root): string {
  const path = `${folder}/Pulumi.${stack}.yaml`;
  if (!existsSync(path)) throw new Error(`there is no Pulumi.${stack}.yaml; stacks: ${stacks(folder).join(", ")}`);
  return path;
}

/**
 * Reads Pulumi.<stack>.yaml of the project in a folder; default: of this project.
 * @throws Error when there is none, naming those there are.
 */
export function readStackFile(stack: string, overrides: Overrides = {}, folder = root): StackFile {
  const file = parse(readFileSync(stackFilePath(stack, folder), "utf8")) as { config?: Record<string, unknown> } | null;
  const config = structuredClone(file?.config ?? {});
  for (const [where, value] of Object.entries(overrides))
    override(config, `${projectName(folder)}:${where}`.split("."), value);
  return {
    values: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, serialise(key, value)])),
    secretKeys: Object.keys(config).filter((key) => holdsEncrypted(config[key])),
  };
}

/** Names of the stacks that have a file; default: of this project. */
export function stacks(folder = root): string[] {
  return readdirSync(folder).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []);
}

function override(target: Record<string, unknown>, [key = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) target[key] = value;
  else override((target[key] ??= {}) as Record<string, unknown>, rest, value);
}

/** Objects reach the program as JSON, everything else as a string. */
function serialise(key: string, value: unknown): string {
  const readable = replaceEncrypted(value, configPlaceholder(key.slice(key.indexOf(":") + 1)));
  return typeof readable === "string" ? readable : JSON.stringify(readable);
}

/** The engine decrypts what is encrypted inside of an object, too. */
function replaceEncrypted(value: unknown, placeholder: string): unknown {
  if (isEncrypted(value)) return placeholder;
  if (Array.isArray(value)) return value.map((item) => replaceEncrypted(item, placeholder));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceEncrypted(inner, placeholder)]));
}

function holdsEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isEncrypted(value) || Object.values(value).some(holdsEncrypted);
}

/**
 * `pulumi config set --secret` writes `secure: <ciphertext>`. Beside other keys it is one of ours (affinity.secure).
 * @see isSecureValue in sdk/go/common/resource/config/value.go of pulumi
 */
function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [[key, inner] = [], ...more] = Object.entries(value) as [string, unknown][];
  return key === "secure" && typeof inner === "string" && more.length === 0;
}
