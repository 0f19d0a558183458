import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { holder } from "../localNode.ts";
import type { LocalNode } from "../localNode.ts";
import type { Part } from "./part.ts";

const hold = join(import.meta.dirname, "..", "bin", "hold");
/** Where CNI keeps its state, built in; bin/hold mounts over it. */
export const cniFolder = "/var/lib/cni";
/** The node's end of the link. */
const device = "eth0";

/**
 * The node's mount and network namespace and the link to the machine. They live as long as a process in them: when the
 * last one ends, the kernel itself removes all mounts, the link and every rule in them.
 */
export const network: Part = {
  name: "network",
  processes: [holder],
  deadlineSeconds: 10,
  async start(node) {
    // Made here because a machine that never ran a container lacks it.
    await mkdir(cniFolder, { recursive: true });
    await rm(heldFile(node), { force: true });
    await node.launch(holder, [hold, node.paths.run], "new");
  },
  async ready(node) {
    await readFile(heldFile(node));
    const record = node.running(holder);
    const { name, addresses } = node.settings;
    const exists = await node.run(["ip", "-brief", "link", "show", name], { namespaces: "machine" }).catch(() => "");
    if (exists === "" && record) await connect(node, record.pid);
    return (await node.run(["ip", "-brief", "address", "show", device])).includes(addresses.node);
  },
  stop: (node) => node.end(holder, 0),
};

async function connect(node: LocalNode, pid: number): Promise<void> {
  const { name, addresses } = node.settings;
  const batch = (...lines: string[]) => `${lines.join("\n")}\n`;
  const outside = batch(
    `link add ${name} type veth peer name ${device} netns ${pid}`,
    `address add ${addresses.host}/24 dev ${name}`,
    `link set ${name} up`,
    // Routed, not owned by a device of the node: a host port, which has whatever is local, would take them otherwise.
    `route add ${addresses.balancers} via ${addresses.node}`,
  );
  const inside = batch(
    `address add ${addresses.node}/24 dev ${device}`,
    `link set ${device} up`,
    `route add default via ${addresses.host}`,
  );
  await node.run(["ip", "-batch", "-"], { input: outside, namespaces: "machine" });
  await node.run(["ip", "-batch", "-"], { input: inside });
}

const heldFile = (node: LocalNode) => join(node.paths.run, "held");
