import type { Environment } from "../../../cli/environment.ts";
import { exec } from "../../../deploy/exec.ts";
import { inMemory } from "../../../deploy/secrets.ts";
import { deployStack, type StackOptions } from "../../../deploy/stack.ts";
import type { StorePlace } from "../../../deploy/store/place.ts";
import type { Overrides } from "../../../render/stackFile.ts";
import { listContents, parseContents, sessionCommands } from "../../redisContents.ts";
import { askStore } from "../proof/pods.ts";

/** A stack of its own beside others: as little as possible around its store. */
export function storeStack({ options }: Environment, stack: string, overrides: Overrides): StackOptions {
  return {
    ...options,
    stack,
    like: options.like ?? options.stack,
    keeper: inMemory(),
    overrides: {
      ...options.overrides,
      "namespace.name": `session-stack-${stack}`,
      "storage.className": `nfs-${stack}`,
      // Nothing of an earlier run is found again.
      "storage.nfs.directories": "unique",
      "app.replicas": 1,
      ingress: null,
      affinity: { kind: "clientIP", timeoutSeconds: 600 },
      ...overrides,
    },
  };
}

/** A store under test, which remembers what its commands reported. */
export interface StoreUnderTest extends StorePlace {
  reported: string[];
}

export async function deployStore(options: StackOptions): Promise<StoreUnderTest> {
  const { cluster, outputs } = await deployStack(options);
  const reported: string[] = [];
  return { cluster, namespace: outputs.namespace, report: (line) => reported.push(line), reported };
}

/** What has been reported since the last look. */
export function reports({ reported }: StoreUnderTest): string[] {
  return reported.splice(0);
}

/** Puts sessions of all types into the store. */
export async function fill({ cluster, namespace }: StorePlace, count: number, prefix?: string): Promise<void> {
  const commands = sessionCommands(count, prefix);
  const read = `head -c ${Buffer.byteLength(commands)} | sh /etc/session-store/ask.sh | sort | uniq -c`;
  await exec(cluster, namespace, "redis-0", ["sh", "-c", read], commands);
}

/** Every key of a member with its type, its value's digest and its expiry. */
export async function contents(place: StorePlace, member = "redis-0"): Promise<string[]> {
  return parseContents(await askStore(place, member, "eval", listContents, "0"));
}
