import { copyFile, chmod, mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { createGroups, partsFile } from "./cgroups.ts";
import { isAlive, lastLines, readRecord, readRecords, startProcess, stopProcess } from "./process.ts";
import type { ProcessRecord } from "./process.ts";
import type { Artifacts } from "./images/catalog.ts";
import { pathsOf } from "./settings.ts";
import type { Paths, Settings } from "./settings.ts";

const bin = join(import.meta.dirname, "bin");
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Name of the process whose namespaces all others join. */
export const holder = "namespaces";

/** In which namespaces a process runs: the node's, ones it makes (the first process), or the machine's. */
type Namespaces = "node" | "new" | "machine";

/** The node while it is brought up or down: what its parts need to start, ask and stop processes. */
export class LocalNode {
  readonly settings: Settings;
  readonly paths: Paths;
  /** True if mounts of NFS go to the user-space helper, since the kernel has no client. */
  readonly helperMounts: boolean;

  constructor(settings: Settings, helperMounts: boolean) {
    this.settings = settings;
    this.paths = pathsOf(settings);
    this.helperMounts = helperMounts;
  }

  /** Makes the folders, tools and control groups that everything else relies on. */
  async prepare(artifacts: Artifacts): Promise<void> {
    const { paths } = this;
    for (const folder of [paths.processes, paths.bin, paths.log, paths.tools, paths.kubeconfigs, paths.keep]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
    }
    for (const name of kubeNames) await link(artifacts.kube, join(paths.bin, name));
    await link(artifacts.metricsServer, this.component("metrics-server"));
    if (this.helperMounts) {
      await copyFile(join(bin, "mount"), join(paths.tools, "mount"));
      await chmod(join(paths.tools, "mount"), 0o755);
      await link(artifacts.mountNfs, join(paths.tools, "mount.nfs"));
    }
    await createGroups(this.settings.name);
  }

  /** Path of a Kubernetes component's command. */
  component(name: (typeof kubeNames)[number] | "metrics-server"): string {
    return join(this.paths.bin, name);
  }

  logFile(name: string): string {
    return join(this.paths.log, `${name}.log`);
  }

  /** Starts a process of a part; it stays until stopped. */
  async launch(name: string, command: string[], namespaces: Namespaces = "node"): Promise<ProcessRecord> {
    return startProcess(name, this.#wrap(command, namespaces), {
      records: this.paths.processes,
      log: this.logFile(name),
      environment: { PATH: `${this.paths.tools}:${systemPath}` },
    });
  }

  /** Runs a command of the node to its end and returns what it printed. */
  async run(command: string[], options: { input?: string; namespaces?: Namespaces } = {}): Promise<string> {
    const [file = "", ...rest] = this.#wrap(command, options.namespaces ?? "node");
    const { stdout } = await execa(file, rest, {
      input: options.input ?? "",
      env: { PATH: systemPath },
      extendEnv: false,
    });
    return stdout;
  }

  /** The record of a process if it is running. */
  running(name: string): ProcessRecord | undefined {
    const record = readRecord(this.paths.processes, name);
    return record && isAlive(record) ? record : undefined;
  }

  /** Names of the processes that were started and are gone. */
  dead(): string[] {
    return readRecords(this.paths.processes)
      .filter((record) => !isAlive(record))
      .map(({ name }) => name);
  }

  /** Ends a process; none is fine. */
  async end(name: string, graceSeconds: number): Promise<void> {
    const record = this.running(name);
    if (record) await stopProcess(record, graceSeconds);
    await rm(join(this.paths.processes, `${name}.json`), { force: true });
  }

  /** Name of the process and the end of its log, for messages. */
  async tail(name: string): Promise<string> {
    const file = this.logFile(name);
    const lines = await lastLines(file, 8);
    return lines.length === 0 ? `${file} is empty` : `last lines of ${file}:\n${lines.map((l) => `  ${l}`).join("\n")}`;
  }

  #wrap(command: string[], namespaces: Namespaces): string[] {
    const enter = [join(bin, "enter"), partsFile(this.settings.name)];
    if (namespaces === "machine") return [...enter, "-", ...command];
    if (namespaces === "new") {
      return [...enter, "-", "unshare", "--mount", "--net", "--propagation", "slave", ...command];
    }
    const record = this.running(holder);
    if (!record) throw new Error("the node's namespaces are gone: stop the node and start it again");
    return [...enter, String(record.pid), ...command];
  }
}

/** What the multi-call binary is called by. */
const kubeNames = [
  "etcd",
  "kubeadm",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
  "loadbalancer",
] as const;

async function link(target: string, path: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}
