import { constants, readFileSync } from "node:fs";
import { access, mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sendSignal, until } from "./process.ts";

/** How control groups are mounted on this machine. */
export interface Hierarchies {
  version: 1 | 2;
  /** Mount points a node needs a group in. */
  mounts: string[];
  /** The one whose groups tell which processes belong to a node. */
  tracking: string;
}

/** Controllers the kubelet insists on: it refuses a group without them. */
const required = ["cpu", "cpuset", "memory", "pids"];
const useful = [...required, "io", "hugetlb"];

/**
 * Reads the layout out of /proc/self/mounts.
 *
 * @throws Error naming what is missing
 */
export function parseHierarchies(mounts: string): Hierarchies {
  const entries = mounts.split("\n").map((line) => {
    const [, path = "", type = "", options = ""] = line.split(" ");
    return { path, type, options: options.split(",") };
  });
  const version1 = entries.filter((entry) => entry.type === "cgroup");
  const find = (controller: string) => version1.find((entry) => entry.options.includes(controller));
  if (find("memory")) {
    const missing = required.filter((controller) => !find(controller));
    if (missing.length > 0) throw new Error(`the control group hierarchies lack ${missing.join(", ")}`);
    return { version: 1, mounts: version1.map((entry) => entry.path), tracking: find("pids")?.path ?? "" };
  }
  const unified = entries.find((entry) => entry.type === "cgroup2");
  if (!unified) throw new Error("no control groups are mounted");
  return { version: 2, mounts: [unified.path], tracking: unified.path };
}

/** The layout of this machine. */
export function hierarchies(): Hierarchies {
  return parseHierarchies(readFileSync("/proc/self/mounts", "utf8"));
}

/** File that takes the ids of the node's own processes; pods have groups beside it. */
export function partsFile(name: string): string {
  return join(hierarchies().tracking, name, "parts", "cgroup.procs");
}

/**
 * Checks that groups can be made and given controllers.
 *
 * @throws Error saying why not
 */
export async function checkUsable({ version, mounts }: Hierarchies): Promise<void> {
  for (const mount of mounts) await access(mount, constants.W_OK);
  if (version === 1) return;
  const [mount = ""] = mounts;
  const words = async (file: string) => (await readFile(join(mount, file), "utf8").catch(() => "")).split(/\s+/);
  const available = await words("cgroup.controllers");
  const missing = required.filter((controller) => !available.includes(controller));
  if (missing.length > 0) throw new Error(`${mount} lacks ${missing.join(", ")}`);
  // Only the real root may hold processes and have controllers for its children; it alone has no cgroup.type.
  const isRoot = (await words("cgroup.type"))[0] === "";
  const enabled = await words("cgroup.subtree_control");
  const isClosed = !isRoot && (await words("cgroup.procs"))[0] !== "";
  if (isClosed && required.some((controller) => !enabled.includes(controller))) {
    throw new Error(`${mount} is the group of a container and holds its processes: start that with --cgroupns=host`);
  }
}

/** Makes the groups of a node: one for pods in each hierarchy, and the one of {@link partsFile}. */
export async function createGroups(name: string): Promise<void> {
  const layout = hierarchies();
  for (const mount of layout.mounts) {
    const group = join(mount, name);
    if (layout.version === 2) await enableControllers(mount);
    await mkdir(group, { recursive: true });
    if (layout.version === 2) await enableControllers(group);
    // A new cpuset of version 1 is empty and takes no process until filled.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) await copyIfPresent(join(mount, file), join(group, file));
  }
  await mkdir(dirname(partsFile(name)), { recursive: true });
}

/** All processes in the groups of a node, or in those below one of its sub-groups. */
export async function processesIn(name: string): Promise<number[]> {
  const pids = new Set<number>();
  for (const group of await groupsOf(name)) {
    const text = await readFile(join(group, "cgroup.procs"), "utf8").catch(() => "");
    for (const line of text.split("\n")) if (line !== "" && line !== "0") pids.add(Number(line));
  }
  return [...pids];
}

/**
 * Sends TERM to all processes of a group, then KILL to what is left, again and again until nobody is.
 *
 * @throws Error if a process survives
 */
export async function endProcessesIn(name: string, graceSeconds: number): Promise<void> {
  const signalAll = async (signal: NodeJS.Signals) => {
    const pids = await processesIn(name);
    for (const pid of pids) sendSignal(pid, signal);
    return pids.length === 0;
  };
  const isEmpty = async () => (await processesIn(name)).length === 0;
  if (graceSeconds > 0) {
    if (await signalAll("SIGTERM")) return;
    if (await until(isEmpty, graceSeconds)) return;
  }
  // New ones may come while others die: ask again until the group stays empty.
  if (await until(() => signalAll("SIGKILL"), 20)) return;
  throw new Error(`processes ${(await processesIn(name)).join(", ")} do not end: see /proc/PID/stack`);
}

/** Removes the groups of a node, deepest first. */
export async function removeGroups(name: string): Promise<void> {
  for (const group of (await groupsOf(name)).reverse()) {
    // The kernel lets go of a dead process's group a little later.
    const removed = await until(() => tryRemove(group), 5);
    if (!removed) throw new Error(`control group ${group} can't be removed: it is still in use`);
  }
}

/** Group folders of a node under every mount, parents before children. */
export async function groupsOf(name: string): Promise<string[]> {
  const text = await readFile("/proc/self/mounts", "utf8");
  const mounts = text.split("\n").map((line) => line.split(" "));
  const roots = mounts.filter(([, , type]) => type === "cgroup" || type === "cgroup2");
  const found = await Promise.all(roots.map(([, path = ""]) => foldersBelow(join(path, name))));
  return [...new Set(found.flat())];
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (!entries) return [];
  const children = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => foldersBelow(join(folder, entry.name)));
  return [folder, ...(await Promise.all(children)).flat()];
}

async function tryRemove(group: string): Promise<boolean> {
  return rmdir(group).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
}

async function enableControllers(group: string): Promise<void> {
  const available = (await readFile(join(group, "cgroup.controllers"), "utf8")).trim().split(" ");
  const wanted = useful.filter((controller) => available.includes(controller));
  await writeFile(join(group, "cgroup.subtree_control"), wanted.map((controller) => `+${controller}`).join(" "));
}

async function copyIfPresent(from: string, to: string): Promise<void> {
  const text = await readFile(from, "utf8").catch(() => undefined);
  if (text !== undefined) await writeFile(to, text);
}
