import * as names from "../../components/redis/names.ts";
import { orUndefined, type Cluster } from "../cluster.ts";
import { exec } from "../exec.ts";

/** Where a store of kind redis runs, and whom to tell what is being done. */
export interface StorePlace {
  cluster: Cluster;
  namespace: string;
  report: (line: string) => void;
}

export const primary = `${names.statefulSet}-0`;

/** Sends a command to a member's own server, as admin. An error that the server answers is an answer. */
export async function askMember({ cluster, namespace }: StorePlace, member: string, ...command: string[]) {
  return (await exec(cluster, namespace, member, ["sh", "/etc/session-store/ask.sh", ...command])).trim();
}

/** Names of the members whose pods are there, by their ordinal. */
export async function presentMembers({ cluster, namespace }: StorePlace): Promise<string[]> {
  const { spec } = await cluster.apps.readNamespacedStatefulSet({ name: names.statefulSet, namespace });
  const wanted = Array.from({ length: spec?.replicas ?? 1 }, (_, ordinal) => `${names.statefulSet}-${ordinal}`);
  const pods = await Promise.all(
    wanted.map((name) => orUndefined(cluster.core.readNamespacedPod({ name, namespace }))),
  );
  return wanted.filter((_, index) => pods[index]?.status?.phase === "Running");
}

/** Why start.sh holds a member; undefined when it does not. */
export async function heldReason({ cluster, namespace }: StorePlace, member: string): Promise<string | undefined> {
  const reason = await exec(cluster, namespace, member, [
    "find",
    "/run/session-store/held",
    "-exec",
    "cat",
    "{}",
    ";",
  ]).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes("No such file")) return "";
    throw error;
  });
  return reason.trim() === "" ? undefined : reason.trim();
}
