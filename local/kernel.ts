import { readFile } from "node:fs/promises";
import { execa } from "execa";

/** True if the kernel mounts NFS itself; loads its module if there is one. */
export async function kernelMountsNfs(): Promise<boolean> {
  await execa("modprobe", ["--quiet", "nfsv4"], { reject: false });
  const filesystems = await readFile("/proc/filesystems", "utf8").catch(() => "");
  return filesystems.split(/\s+/).includes("nfs4");
}
