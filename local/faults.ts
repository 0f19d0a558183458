import { holder, LocalNode } from "./localNode.ts";
import { currentSettings } from "./node.ts";
import { containerd, launchContainerd } from "./parts/containerd.ts";
import { launchLoadBalancer } from "./parts/loadBalancer.ts";
import { launchServer, nfs } from "./parts/nfs.ts";
import type { Part } from "./parts/part.ts";
import { launchProxy } from "./parts/proxy.ts";
import { isAlive, sendSignal, until } from "./process.ts";
import type { Settings } from "./settings.ts";

// What end-to-end tests do to a running node. While one of its processes is away the node counts as broken: `up` would
// take it down and start it anew, so no test may call that before the process is back.

/**
 * Kills the NFS server as a crash would, mounts and all clients left as they are; none running is fine.
 *
 * @param settings of the node; default: those of this checkout and environment
 * @throws Error if it is still there 10 s later
 */
export async function killNfsServer(settings = currentSettings()): Promise<void> {
  const record = nodeOf(settings).running("ganesha");
  if (!record) return;
  sendSignal(record.pid, "SIGKILL");
  if (!(await until(() => !isAlive(record), 10))) {
    throw new Error(`the NFS server (process ${record.pid}) is still there 10 s after SIGKILL`);
  }
}

/**
 * Starts the NFS server again after {@link killNfsServer} and waits until it answers; one that runs is left alone.
 *
 * @throws Error with the end of its log if it is not ready in time
 */
export async function startNfsServer(settings = currentSettings()): Promise<void> {
  const node = nodeOf(settings);
  if (!node.running("ganesha")) await launchServer(node);
  await ready(nfs, "ganesha", node);
}

/**
 * Ends containerd and starts it again, as an update of its package does; waits until it answers. Containers go on, for
 * each has a shim of its own.
 *
 * @throws Error with the end of its log if it is not ready in time
 */
export async function restartContainerd(settings = currentSettings()): Promise<void> {
  const node = nodeOf(settings);
  await node.end("containerd", 10);
  await launchContainerd(node);
  await ready(containerd, "containerd", node);
}

/** Ends the process that gives Services their addresses and runs `meanwhile` before it starts it again. */
export async function withoutLoadBalancer(meanwhile: () => Promise<void>, settings = currentSettings()): Promise<void> {
  const node = nodeOf(settings);
  await node.end("loadbalancer", 10);
  try {
    await meanwhile();
  } finally {
    await launchLoadBalancer(node);
  }
}

/** Ends kube-proxy and starts it again, as an update of the node does. The rules it wrote stay meanwhile. */
export async function restartKubeProxy(settings = currentSettings()): Promise<void> {
  const node = nodeOf(settings);
  await node.end("kube-proxy", 5);
  await launchProxy(node);
}

/** Gives an image that the node has another reference, as a registry would that has the same content twice. */
export async function nameImage(reference: string, other: string, settings = currentSettings()): Promise<void> {
  const node = nodeOf(settings);
  const ctr = ["ctr", "--address", node.paths.containerdSocket, "--namespace", "k8s.io"];
  await node.run([...ctr, "images", "tag", "--force", reference, other]);
}

/**
 * The command line that runs a command in the node's network, where pods and Services have their addresses. Files and
 * names are the machine's; whoever runs it has to end it, as it is none of the node's processes.
 *
 * @returns program and arguments, for execa or spawn
 * @throws Error if no node runs
 */
export function namespaceCommand(command: string[], settings = currentSettings()): string[] {
  const record = nodeOf(settings).running(holder);
  if (!record) throw new Error(`no node runs in ${settings.directory}: start it with "npm start"`);
  return ["nsenter", "--target", String(record.pid), "--net", "--", ...command];
}

function nodeOf(settings: Settings): LocalNode {
  // Mount helpers are set up at the node's start only.
  return new LocalNode(settings, false);
}

async function ready(part: Part, name: string, node: LocalNode): Promise<void> {
  const answers = () => part.ready(node).catch(() => false);
  if (await until(answers, part.deadlineSeconds, 0.1)) return;
  throw new Error(`${part.name} is not ready after ${part.deadlineSeconds} s; ${await node.tail(name)}`);
}
