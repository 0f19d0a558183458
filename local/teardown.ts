import { readFile, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { endProcessesIn, removeGroups } from "./cgroups.ts";
import { clearFolder } from "./folder.ts";
import type { LocalNode } from "./localNode.ts";
import { cniFolder } from "./parts/network.ts";
import { kubelet } from "./parts/kubelet.ts";
import { until } from "./process.ts";
import { allParts } from "./stages.ts";

/** How long pods get to end by themselves: enough for a store to write its last data, no waiting for idle clients. */
const podGraceSeconds = 3;

/**
 * Takes everything down, in order as far as parts still answer, and then by force.
 *
 * @param keep names in the node's folder that stay
 */
export async function tearDown(node: LocalNode, keep: string[]): Promise<void> {
  // The kubelet first, which would start pods again; then pods, while their volumes are still served.
  const pods = { stop: () => endProcessesIn(join(node.settings.name, "kubepods"), podGraceSeconds) };
  for (const part of [kubelet, pods, ...allParts.toReversed()]) {
    // What can't be stopped in order is ended by the sweep.
    await part.stop(node).catch(() => undefined);
  }
  await sweep(node, keep);
}

/**
 * Removes everything a node left on the machine, however it ended. Every process of a node is in its control group, its
 * mounts, links and rules are in namespaces that end with the last process: nothing of another program can be hit.
 */
async function sweep(node: LocalNode, keep: string[]): Promise<void> {
  const { name, directory } = node.settings;
  await endProcessesIn(name, 0);
  await removeGroups(name);
  await removeLink(name);
  await unmountBelow(directory);
  await clearFolder(directory, keep);
  await removeCniFolder();
}

/**
 * Removes the machine's end of the link, and the other with it. The kernel would do that with the last process of the
 * namespace, but connections cut off by a kill can hold the namespace for minutes.
 */
async function removeLink(name: string): Promise<void> {
  const exists = async () => (await execa("ip", ["link", "show", name], { reject: false })).exitCode === 0;
  await execa("ip", ["link", "delete", name], { reject: false });
  if (!(await until(async () => !(await exists()), 5))) {
    throw new Error(`network link ${name} can't be removed: see "ip link show ${name}"`);
  }
}

/**
 * Removes the mount point the node made if the machine had none. Not while another node mounts there: removing a mount
 * point removes the mounts on it in all other namespaces.
 */
async function removeCniFolder(): Promise<void> {
  const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const tables = processes.map((pid) => readFile(`/proc/${pid}/mounts`, "utf8").catch(() => ""));
  const isUsed = (await Promise.all(tables)).some((table) => table.includes(` ${cniFolder} `));
  if (!isUsed) await rmdir(cniFolder).catch(() => undefined);
}

/** Removing a folder must never reach into something mounted there. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
  for (const path of mounts.filter((mount) => mount.startsWith(`${directory}/`)).reverse()) {
    await execa("umount", ["--lazy", path]);
  }
}
