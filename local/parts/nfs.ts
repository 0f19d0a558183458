import { chmod, chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { holder } from "../localNode.ts";
import type { LocalNode } from "../localNode.ts";
import { until } from "../process.ts";
import type { Part } from "./part.ts";

/** Path clients mount. */
export const exportPath = "/export";
const nobody = 65534;

/** NFS server in user space: rpcbind for the version 3 clients, nfs-ganesha for versions 3 and 4. */
export const nfs: Part = {
  name: "NFS server",
  processes: ["rpcbind", "ganesha"],
  deadlineSeconds: 20,
  async start(node) {
    const { nfs: folder, export: directory } = node.paths;
    const recovery = join(node.paths.run, "ganesha");
    await mkdir(recovery, { recursive: true });
    await mkdir(directory, { recursive: true });
    await chown(directory, nobody, nobody);
    await chmod(directory, 0o777);
    await chmod(folder, 0o711);
    await writeFile(configurationFile(node), configuration(node, recovery));
    await node.launch("rpcbind", ["rpcbind", "-f", "-w"]);
    // ganesha registers once and ends if nobody listens.
    await until(() => node.run(["rpcinfo", "-p"]).then(Boolean, () => false), 5);
    await launchServer(node);
  },
  ready: async (node) =>
    (await node.run(["showmount", "--no-headers", "--exports", node.settings.addresses.node])).includes(exportPath),
  async stop(node) {
    await unmountClients(node);
    await node.end("ganesha", 5);
    await node.end("rpcbind", 2);
  },
};

/** Starts the server of a node that has been set up for it. */
export async function launchServer(node: LocalNode): Promise<void> {
  const log = ["-L", node.logFile("ganesha")];
  const pidFile = ["-p", join(node.paths.run, "ganesha.pid")];
  await node.launch("ganesha", ["ganesha.nfsd", "-F", "-f", configurationFile(node), ...log, ...pidFile]);
}

const configurationFile = (node: LocalNode) => join(node.paths.run, "ganesha.conf");

/**
 * Unmounts what the kubelet left, while the server can still take the last writes. A kernel mount would otherwise wait
 * for the server for ever when the namespace goes.
 */
async function unmountClients(node: LocalNode): Promise<void> {
  const process = node.running(holder);
  if (!process) return;
  const mounts = await readFile(`/proc/${process.pid}/mounts`, "utf8");
  for (const path of nfsMounts(mounts, node.settings.addresses.node)) {
    await node.run(["timeout", "5", "umount", path]).catch(() => node.run(["umount", "--force", "--lazy", path]));
  }
}

/** Mount points of a server's exports in the text of /proc/PID/mounts, last mounted first. */
export function nfsMounts(mounts: string, server: string): string[] {
  return mounts
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([source]) => source?.startsWith(`${server}:/`))
    .map(([, path = ""]) =>
      path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
    .reverse();
}

function configuration(node: LocalNode, recovery: string): string {
  const address = node.settings.addresses.node;
  // Root is nobody here, as on most servers: what works on this export needs no rights of root on it. Only the node
  // itself may mount: everyone may write at the top, so a user of the machine must not reach it through the link.
  return `NFS_CORE_PARAM {
	Protocols = 3,4;
	Bind_addr = ${address};
	NFS_Port = 2049;
	MNT_Port = 20048;
	Enable_NLM = false;
	Enable_RQUOTA = false;
	mount_path_pseudo = true;
}
NFSv4 {
	RecoveryBackend = fs;
	RecoveryRoot = ${recovery};
	Graceless = true;
	Only_Numeric_Owners = true;
}
EXPORT_DEFAULTS { Access_Type = NONE; }
EXPORT {
	Export_Id = 1;
	Path = ${node.paths.export};
	Pseudo = ${exportPath};
	Protocols = 3,4;
	Transports = TCP;
	Squash = Root_Squash;
	Anonymous_Uid = ${nobody};
	Anonymous_Gid = ${nobody};
	SecType = sys;
	CLIENT {
		Clients = ${address};
		Access_Type = RW;
		Squash = Root_Squash;
	}
	FSAL { Name = VFS; }
}
LOG { Default_Log_Level = EVENT; }
`;
}
