import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { V1Secret } from "@kubernetes/client-node";
import { selfSigned } from "../components/exposure/selfSigned.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { certificateHosts, configKeys } from "../render/placeholders.ts";
import { orUndefined, type Cluster } from "./cluster.ts";
import { generatedAnnotation, generatedNames, GeneratedPasswords, type SecretValues } from "./generated.ts";

/** Remembers Secrets over the end of the cluster or of the stack, so that what they signed stays valid. */
export interface SecretKeeper {
  recall(name: string): SecretValues | undefined;
  keep(name: string, values: SecretValues): void;
}

/** The Secret that outlives its stack: without it every session cookie is worthless. */
const kept = new Set(["session-secret"]);

/** Keeps them for the life of this process. */
export function inMemory(): SecretKeeper {
  const secrets = new Map<string, SecretValues>();
  return { recall: (name) => secrets.get(name), keep: (name, values) => void secrets.set(name, values) };
}

/** Keeps them in files that only their owner can read. */
export function inDirectory(directory: string): SecretKeeper {
  const file = (name: string) => join(directory, `${name}.json`);
  return {
    recall: (name) =>
      existsSync(file(name)) ? (JSON.parse(readFileSync(file(name), "utf8")) as SecretValues) : undefined,
    keep: (name, values) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(file(name), JSON.stringify(values), { mode: 0o600 });
    },
  };
}

/** A Secret as it is and as it would become; without `next` it stays as it is. */
export type SecretPlan = { existing: V1Secret; next?: undefined } | { existing?: V1Secret; next: V1Secret };

/**
 * Applies a stack's Secrets. A self-signed certificate is made where there is none, and never changed. Every generated
 * password that one of them holds stays, whichever of them needs it; new passwords are made for what is new; keys that are rendered no longer go; what would not change is not written.
 */
export class SecretWriter {
  readonly #cluster: Cluster;
  readonly #keeper: SecretKeeper;
  readonly #passwords = new GeneratedPasswords();

  private constructor(cluster: Cluster, keeper: SecretKeeper) {
    this.#cluster = cluster;
    this.#keeper = keeper;
  }

  /** Learns the passwords of all the Secrets among the objects, before the first of them is written. */
  static async create(cluster: Cluster, objects: KubernetesObject[], keeper: SecretKeeper): Promise<SecretWriter> {
    const writer = new SecretWriter(cluster, keeper);
    for (const secret of objects.filter(({ kind }) => kind === "Secret")) {
      const existing = await writer.#read(secret);
      const held = existing === undefined ? writer.#recall(secret) : valuesOf(existing);
      if (held !== undefined) writer.#passwords.learn(secret.stringData ?? {}, held);
    }
    return writer;
  }

  /**
   * Creates or changes one Secret. One that holds a secret of the configuration, which only the engine can decrypt, is
   * left to whoever made it.
   * @throws Error when there is none of that kind yet, or one that lacks a key.
   */
  async apply(rendered: KubernetesObject): Promise<void> {
    const present = await this.#write(await this.plan(rendered));
    const { name } = rendered.metadata;
    if (kept.has(name)) this.#keeper.keep(name, valuesOf(present));
  }

  /**
   * What applying would make of one Secret; writes nothing.
   * @throws Error as {@link apply} does.
   */
  async plan(rendered: KubernetesObject): Promise<SecretPlan> {
    const { stringData = {} } = rendered;
    const existing = await this.#read(rendered);
    const hosts = certificateHosts(stringData);
    if (hosts !== undefined)
      return existing === undefined ? { next: made(rendered, await selfSigned(hosts)) } : { existing };
    if (configKeys(stringData).length > 0) return { existing: complete(rendered, existing) };
    const next = merge(rendered, existing, this.#passwords.fillIn(stringData));
    return existing !== undefined && isSame(existing, next) ? { existing } : { existing, next };
  }

  #write({ existing, next }: SecretPlan): Promise<V1Secret> {
    if (next === undefined) return Promise.resolve(existing);
    const { name = "", namespace = "" } = next.metadata ?? {};
    const { core } = this.#cluster;
    return existing === undefined
      ? core.createNamespacedSecret({ namespace, body: next })
      : core.replaceNamespacedSecret({ name, namespace, body: next });
  }

  #read({ metadata: { name, namespace = "" } }: KubernetesObject): Promise<V1Secret | undefined> {
    return orUndefined(this.#cluster.core.readNamespacedSecret({ name, namespace }));
  }

  #recall({ metadata: { name } }: KubernetesObject): SecretValues | undefined {
    return kept.has(name) ? this.#keeper.recall(name) : undefined;
  }
}

/** With the resourceVersion of what was read: whoever writes at the same time must not be overwritten unseen. */
function merge({ stringData, ...rendered }: KubernetesObject, existing: V1Secret | undefined, values: SecretValues) {
  const names = generatedNames(stringData ?? {});
  const annotations = { ...existing?.metadata?.annotations, ...rendered.metadata.annotations };
  if (names === undefined) delete annotations[generatedAnnotation];
  else annotations[generatedAnnotation] = names;
  const labels = { ...existing?.metadata?.labels, ...rendered.metadata.labels };
  return {
    ...rendered,
    type: existing?.type ?? "Opaque",
    metadata: { ...existing?.metadata, ...rendered.metadata, labels, annotations },
    data: encoded(values),
  };
}

function made({ kind, metadata, type }: KubernetesObject, values: SecretValues): V1Secret {
  return { apiVersion: "v1", kind, metadata, type: String(type), data: encoded(values) };
}

function encoded(values: SecretValues): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")] as const),
  );
}

function isSame(existing: V1Secret, body: ReturnType<typeof merge>): boolean {
  const compared = ({ metadata, data }: V1Secret) => [data ?? {}, metadata?.labels ?? {}, metadata?.annotations ?? {}];
  return isDeepStrictEqual(compared(existing), compared(body));
}

/** The Secret that is there, if it has everything that only its owner can know. */
function complete({ metadata, stringData = {} }: KubernetesObject, existing: V1Secret | undefined): V1Secret {
  const lacking = Object.entries(stringData).filter(
    ([key, value]) => existing?.data?.[key] === undefined && configKeys({ key: value }).length > 0,
  );
  const [source] = configKeys(Object.fromEntries(lacking));
  if (existing !== undefined && source === undefined) return existing;
  const remedy =
    existing === undefined
      ? `create the Secret beforehand (keys: ${Object.keys(stringData).join(", ")})`
      : `add what the Secret lacks (keys: ${lacking.map(([key]) => key).join(", ")})`;
  throw new Error(
    `Secret ${metadata.namespace}/${metadata.name} holds session-stack:${source}, which only the Pulumi engine can decrypt: ` +
      `${remedy}, or use pulumi up`,
  );
}

function valuesOf({ metadata, data = {} }: V1Secret): SecretValues {
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()] as const);
  const names = metadata?.annotations?.[generatedAnnotation];
  return { ...Object.fromEntries(decoded), ...(names === undefined ? {} : { [generatedAnnotation]: names }) };
}
