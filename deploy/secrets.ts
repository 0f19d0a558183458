import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../render/objects.ts";
import { configKeys, fillIn } from "../render/placeholders.ts";

/** Remembers Secrets over the end of the cluster or of the stack, so that what they signed stays valid. */
export interface SecretKeeper {
  recall(name: string): Record<string, string> | undefined;
  keep(name: string, values: Record<string, string>): void;
}

/** The Secret that outlives its stack: without it every session cookie is worthless. */
const kept = new Set(["session-secret"]);

/** Keeps them for the life of this process. */
export function inMemory(): SecretKeeper {
  const secrets = new Map<string, Record<string, string>>();
  return { recall: (name) => secrets.get(name), keep: (name, values) => void secrets.set(name, values) };
}

/** Keeps them in files that only their owner can read. */
export function inDirectory(directory: string): SecretKeeper {
  const file = (name: string) => join(directory, `${name}.json`);
  return {
    recall: (name) =>
      existsSync(file(name)) ? (JSON.parse(readFileSync(file(name), "utf8")) as Record<string, string>) : undefined,
    keep: (name, values) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(file(name), JSON.stringify(values), { mode: 0o600 });
    },
  };
}

/**
 * The Secret to create for a rendered one: kept values, or placeholders replaced by new passwords.
 * @throws Error when it holds a secret of the configuration, which only the engine can decrypt.
 */
export function secretToCreate(rendered: KubernetesObject, keeper: SecretKeeper): KubernetesObject {
  const { name, namespace } = rendered.metadata;
  const values = rendered.stringData ?? {};
  const [key] = configKeys(values);
  if (key !== undefined) {
    throw new Error(
      `Secret ${namespace}/${name} holds session-stack:${key}, which only the Pulumi engine can decrypt: ` +
        `create the Secret beforehand (keys: ${Object.keys(values).join(", ")}), or use pulumi up`,
    );
  }
  const stringData = (kept.has(name) ? keeper.recall(name) : undefined) ?? fillIn(values, password);
  return { ...rendered, stringData };
}

/** Remembers a Secret of the cluster, if it is one of those that outlive it. */
export function remember(name: string, data: Record<string, string>, keeper: SecretKeeper): void {
  if (!kept.has(name)) return;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]);
  keeper.keep(name, Object.fromEntries(decoded) as Record<string, string>);
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

function password(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
