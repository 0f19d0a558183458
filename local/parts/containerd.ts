import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyStore } from "../images/store.ts";
import type { LocalNode } from "../localNode.ts";
import { podRange } from "../settings.ts";
import type { Part } from "./part.ts";

/** containerd of its own, beside any the machine runs: own root, state, socket and control groups. */
export const containerd: Part = {
  name: "containerd",
  processes: ["containerd"],
  deadlineSeconds: 20,
  async start(node, { images, store }) {
    await copyStore(store, join(node.paths.containerd, "root"));
    const cni = cniFolder(node);
    await mkdir(cni, { recursive: true });
    await writeFile(join(cni, "10-pods.conflist"), JSON.stringify(podNetwork, undefined, 2));
    await writeFile(configurationFile(node), configuration(node, images.pause.reference));
    await launchContainerd(node);
  },
  async ready(node) {
    await node.run(["ctr", "--address", node.paths.containerdSocket, "version"]);
    return true;
  },
  stop: (node) => node.end("containerd", 5),
};

/** Starts the containerd of a node that has been set up for it. */
export async function launchContainerd(node: LocalNode): Promise<void> {
  await node.launch("containerd", ["containerd", "--config", configurationFile(node)]);
}

const configurationFile = (node: LocalNode) => join(node.paths.run, "containerd.toml");
const cniFolder = (node: LocalNode) => join(node.paths.run, "cni");

/**
 * Pods are routed (ptp), not bridged: an answer that goes through a Service between two pods of one bridge would need
 * br_netfilter, which not every kernel has.
 */
const podNetwork = {
  cniVersion: "0.4.0",
  name: "pods",
  plugins: [
    {
      type: "ptp",
      ipMasq: true,
      ipam: { type: "host-local", ranges: [[{ subnet: podRange }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

function configuration(node: LocalNode, pause: string): string {
  const { paths } = node;
  // restrict_oom_score_adj: without CAP_SYS_RESOURCE every sandbox dies with "can't get final child's PID from pipe".
  // disable_apparmor: its profiles are the machine's, and loading them needs its policy file system.
  return `version = 2
root = "${paths.containerd}/root"
state = "${paths.run}/containerd"
[grpc]
  address = "${paths.containerdSocket}"
[ttrpc]
  address = "${paths.run}/containerd.ttrpc.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "${paths.containerd}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cniFolder(node)}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;
}
