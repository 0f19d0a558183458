import { access, readFile, readdir, stat, statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { arch, networkInterfaces, platform } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { checkUsable, hierarchies } from "./cgroups.ts";
import { debianMirror } from "./images/debian.ts";
import { kernelMountsNfs } from "./kernel.ts";
import { isAlive, readRecord } from "./process.ts";
import type { Facts } from "./preflight.ts";
import { pathsOf } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { readState } from "./state.ts";

const gibibyte = 1024 ** 3;
/** Measured: module downloads, Go's build cache and the artifacts of a first build. */
const coldBytes = 12 * gibibyte;
const warmBytes = 2 * gibibyte;

/** Gathers what {@link findProblems} judges; changes nothing and needs no rights. */
export async function gatherFacts(settings: Settings): Promise<Facts> {
  const [goVersion, goToolchain] = await goEnvironment();
  const user = process.getuid?.() ?? -1;
  return {
    platform: platform(),
    architecture: arch(),
    user,
    goVersion,
    goToolchain,
    goNeeded: await goNeeded(),
    missingPackages: await missingPackages(),
    hasMirror: await debianMirror().then(Boolean, () => false),
    portHolder: await portHolder(settings.port, settings),
    tlsPortHolder: await portHolder(settings.tlsPort, settings),
    disks: await disks(settings),
    kernelMountsNfs: await kernelMountsNfs(),
    hasFuse: await hasFuse(),
    // Nobody else may write there; that root is needed is said anyway.
    cgroupTrouble: user === 0 ? await cgroupTrouble() : undefined,
    rangeHolder: rangeHolder(settings),
  };
}

async function goEnvironment(): Promise<(string | undefined)[]> {
  // In / no go.mod asks for another toolchain.
  const { stdout, failed } = await execa("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { cwd: "/", reject: false });
  return failed ? [] : stdout.split("\n");
}

/** The metrics server asks for the newest Go of all modules. */
async function goNeeded(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, "metrics", "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "";
}

/** Names in packages.txt that dpkg does not have; undefined without dpkg. */
async function missingPackages(): Promise<string[] | undefined> {
  const names = (await readFile(join(import.meta.dirname, "packages.txt"), "utf8")).split("\n").filter(Boolean);
  const format = "${Package} ${db:Status-Status}\n";
  const result = await execa("dpkg-query", ["--show", `--showformat=${format}`, ...names], { reject: false });
  if (result.code === "ENOENT") return undefined;
  const installed = (result.stdout ?? "").split("\n").filter((line) => line.endsWith(" installed"));
  return names.filter((name) => !installed.includes(`${name} installed`));
}

/** Who listens on a port of 127.0.0.1; undefined if nobody does, or the node itself: it moves its forwards as need be. */
async function portHolder(port: number, settings: Settings): Promise<string | undefined> {
  const { processes, state } = pathsOf(settings);
  const ingress = readState(state)?.cluster?.ingress;
  const forwards = { forward: ingress?.port, "forward-tls": ingress?.tlsPort };
  const isOwn = Object.entries(forwards).some(([name, forwarded]) => {
    const record = readRecord(processes, name);
    return forwarded === port && record !== undefined && isAlive(record);
  });
  if (isOwn) return undefined;
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  if (isFree) return undefined;
  const listing = await execa("ss", ["-Hltnp", `sport = :${port}`], { reject: false });
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(listing.stdout ?? "") ?? [];
  return name === undefined ? "another program" : `${name} (process ${pid})`;
}

async function disks({ cache, directory }: Settings): Promise<Facts["disks"]> {
  const builds = await readdir(join(cache, "kube")).catch(() => []);
  const wanted = [
    { folder: cache, needed: builds.length > 0 ? warmBytes : coldBytes },
    { folder: directory, needed: warmBytes },
  ];
  return Promise.all(
    wanted.map(async ({ folder, needed }) => {
      const { bavail, bsize } = await statfs(await nearestExisting(folder));
      return { folder, needed, free: bavail * bsize };
    }),
  );
}

async function nearestExisting(folder: string): Promise<string> {
  const exists = await stat(folder).then(Boolean, () => false);
  return exists ? folder : nearestExisting(dirname(folder));
}

async function hasFuse(): Promise<boolean> {
  await execa("modprobe", ["--quiet", "fuse"], { reject: false });
  return access("/dev/fuse").then(
    () => true,
    () => false,
  );
}

async function cgroupTrouble(): Promise<string | undefined> {
  try {
    await checkUsable(hierarchies());
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Name of an interface, other than the node's own, with an address in the range (a /24). */
function rangeHolder({ addresses, name }: Settings): string | undefined {
  const prefix = addresses.node.slice(0, addresses.node.lastIndexOf(".") + 1);
  const interfaces = Object.entries(networkInterfaces()).filter(([device]) => device !== name);
  return interfaces.find(([, list]) => list?.some(({ address }) => address.startsWith(prefix)))?.[0];
}
