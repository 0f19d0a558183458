import type { Settings } from "./settings.ts";

/** What is known about this machine before anything is started; gathered by facts.ts. */
export interface Facts {
  /** `process.platform` */
  platform: string;
  /** `process.arch` */
  architecture: string;
  /** User id; 0 is root. */
  user: number;
  /** What `go env GOVERSION` says, for example `go1.26.8`; undefined without Go. */
  goVersion?: string;
  /** GOTOOLCHAIN: `local` keeps Go from fetching a newer one. */
  goToolchain?: string;
  /** Oldest Go that builds all modules, for example `1.26.0`. */
  goNeeded: string;
  /** Names out of packages.txt that are not installed; undefined where there is no dpkg. */
  missingPackages?: string[];
  /** True if apt's sources name a Debian mirror for the images. */
  hasMirror: boolean;
  /** Who listens on the port, for example `nginx (process 12)`; undefined if it is free or the node's own. */
  portHolder?: string;
  /** The same for the port with TLS. */
  tlsPortHolder?: string;
  /** Free bytes by folder and what is needed there. */
  disks: { folder: string; free: number; needed: number }[];
  /** True if the kernel mounts NFS itself. */
  kernelMountsNfs: boolean;
  hasFuse: boolean;
  /** Why control groups can't be used; undefined if they can. */
  cgroupTrouble?: string;
  /** Network interface that has an address in the node's range already. */
  rangeHolder?: string;
}

/** Architectures with all of: Go, Debian and a Node package of npm. */
const architectures = ["x64", "arm64"];
/** First Go that fetches the toolchain a module asks for. */
const goWithToolchains = "1.21.0";
const gibibyte = 1024 ** 3;

/**
 * Judges the facts.
 *
 * @returns one line for each problem, with what to do; empty if the node can start
 */
export function findProblems(facts: Facts, settings: Settings): string[] {
  if (facts.platform !== "linux") {
    return [`this is ${facts.platform}: the local node needs Linux; use a cluster you have with --context NAME`];
  }
  return [...systemProblems(facts), ...programProblems(facts), ...resourceProblems(facts, settings)];
}

function* systemProblems(facts: Facts): Generator<string> {
  if (!architectures.includes(facts.architecture)) {
    yield `the processor is ${facts.architecture}: the local node runs on ${architectures.join(" and ")}`;
  }
  if (facts.user !== 0) {
    yield `user ${facts.user} is not root: run it with sudo, or use a cluster you have with --context NAME`;
  }
  if (facts.cgroupTrouble !== undefined) {
    yield `control groups can't be used: ${facts.cgroupTrouble}; run on a machine, or in a container with --privileged`;
  }
  if (!facts.kernelMountsNfs && !facts.hasFuse) {
    yield "neither the kernel's NFS client nor /dev/fuse is there: load one with `modprobe nfsv4` or `modprobe fuse`";
  }
}

function* programProblems(facts: Facts): Generator<string> {
  yield* goProblem(facts);
  if (!facts.missingPackages) {
    yield "dpkg is missing: the local node needs Debian 12 or newer; use a cluster you have with --context NAME";
    return;
  }
  if (facts.missingPackages.length > 0) {
    yield `Debian packages are missing: apt-get install -y --no-install-recommends ${facts.missingPackages.join(" ")}`;
  }
  if (!facts.hasMirror) {
    yield 'apt has no Debian mirror: add a "deb" source with component main for this release to /etc/apt/sources.list.d';
  }
}

function* goProblem({ goVersion, goToolchain, goNeeded }: Facts): Generator<string> {
  if (goVersion === undefined) {
    yield `Go is missing: install Go ${goNeeded} or newer from https://go.dev/dl and put it on the PATH`;
    return;
  }
  const version = goVersion.replace(/^go/, "");
  const canFetch = goToolchain !== "local" && compare(version, goWithToolchains) >= 0;
  if (compare(version, goNeeded) < 0 && !canFetch) {
    yield `Go ${version} is too old: install Go ${goNeeded} or newer from https://go.dev/dl`;
  }
}

function* resourceProblems(facts: Facts, settings: Settings): Generator<string> {
  const { port, tlsPort, addresses } = settings;
  const ports = [
    { number: port, holder: facts.portHolder, variable: "SESSION_STACK_PORT" },
    { number: tlsPort, holder: facts.tlsPortHolder, variable: "SESSION_STACK_TLS_PORT" },
  ];
  for (const { number, holder, variable } of ports) {
    if (holder === undefined) continue;
    yield `port ${number} on 127.0.0.1 is taken by ${holder}: stop that, or choose another with ${variable}`;
  }
  if (facts.rangeHolder !== undefined) {
    yield `addresses ${addresses.range} are in use by network interface ${facts.rangeHolder}: remove it, or set SESSION_STACK_DIR to another folder, whose node has other addresses`;
  }
  for (const { folder, free, needed } of facts.disks) {
    if (free < needed) yield `${folder} has ${gib(free)} free and needs ${gib(needed)}: make room`;
  }
}

function gib(bytes: number): string {
  return `${(bytes / gibibyte).toFixed(1)} GiB`;
}

/** Compares versions number by number: below 0 if the first is older. */
function compare(first: string, second: string): number {
  const [a, b] = [first, second].map((version) => version.split(".").map((part) => Number.parseInt(part, 10)));
  for (const index of [0, 1, 2]) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
