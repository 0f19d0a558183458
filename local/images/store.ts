import { copyFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { cached, hashOf } from "../cache.ts";
import { runTool } from "../command.ts";
import { until } from "../process.ts";
import type { BuiltImage } from "./catalog.ts";

/**
 * Returns the root folder of a containerd that has all images, unpacked. A node begins with a copy of it: importing
 * at each start would cost several seconds of both cores.
 */
export async function imageStore(images: BuiltImage[], cache: string): Promise<string> {
  const version = await runTool("containerd", ["--version"]);
  const folder = await cached({
    root: cache,
    artifact: "image-store",
    key: hashOf(version, ...images.map(({ reference }) => reference).sort()),
    // A change of the demo makes another one of a gigabyte.
    versionsKept: 2,
    produce: (output) => importAll(images, output),
  });
  return join(folder, "root");
}

/** Copies a store by links, since files of images never change, but for the databases, which do. */
export async function copyStore(store: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const links = (await stat(store)).dev === (await stat(dirname(target))).dev;
  await runTool("cp", ["--archive", ...(links ? ["--link"] : []), store, target]);
  const files = await readdir(store, { recursive: true });
  for (const file of files.filter((name) => /^[^/]*\/[^/]*\.db$/.test(name))) {
    await rm(join(target, file));
    await copyFile(join(store, file), join(target, file));
  }
}

async function importAll(images: BuiltImage[], output: string): Promise<void> {
  const run = join(output, "run");
  const socket = join(run, "containerd.sock");
  await mkdir(run);
  const file = join(run, "containerd.toml");
  await writeFile(file, configuration(join(output, "root"), run, socket));
  const ctr = ["--address", socket, "--namespace", "k8s.io"];
  // Mounts of its own, and it dies with this program: nothing can be left.
  const server = execa("unshare", ["--mount", "setpriv", "--pdeathsig", "KILL", "containerd", "--config", file], {
    reject: false,
    stdin: "ignore",
    all: true,
  });
  try {
    const isUp = () => execa("ctr", [...ctr, "version"], { reject: false }).then(({ exitCode }) => exitCode === 0);
    if (!(await until(isUp, 20))) throw new Error("containerd does not answer while images are imported");
    for (const { archive } of images) await runTool("ctr", [...ctr, "images", "import", archive]);
  } finally {
    server.kill("SIGTERM");
    await server;
  }
  await rm(run, { recursive: true });
}

function configuration(root: string, run: string, socket: string): string {
  // Without CRI: no pod runs here.
  return `version = 2
root = "${root}"
state = "${run}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${socket}"
[ttrpc]
  address = "${socket}.ttrpc"
[plugins."io.containerd.internal.v1.opt"]
  path = "${run}/opt"
`;
}
