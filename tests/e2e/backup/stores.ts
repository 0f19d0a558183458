import { exec } from "../../../deploy/exec.ts";
import { deployStack, type StackOptions } from "../../../deploy/stack.ts";
import type { StorePlace } from "../../../deploy/store/place.ts";
import { listContents, parseContents, sessionCommands } from "../../redisContents.ts";
import { askStore } from "../proof/pods.ts";

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
