import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa, type ResultPromise } from "execa";
import { until } from "../../local/process.ts";

describe("the NFS mount helper, on a server of its own", function () {
  this.timeout(120_000);

  const server = "10.88.0.1";
  let folder = "";
  let init: ChildProcess;
  let initPid = 0;
  let ganesha: ChildProcess;

  const path = (...names: string[]) => join(folder, ...names);

  /** Runs a program in the server's network, process and mount namespaces: whatever it leaves ends with them. */
  const inside = (...command: string[]) => {
    const [file = "", ...args] = command;
    const namespaces = ["--target", String(initPid), "--net", "--mount", "--pid"];
    return execa("nsenter", [...namespaces, file, ...args], { reject: false, all: true });
  };
  const shell = (script: string) => inside("sh", "-c", script);

  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    folder = await mkdtemp("/var/tmp/session-stack-modules-");
    for (const name of ["export", "squashed", "a", "b", "mirror", "recovery"]) await mkdir(path(name));
    const needed = ["ganesha.nfsd", "rpcbind", "showmount", "findmnt"];
    const { exitCode } = await execa("which", needed, { reject: false });
    assert.equal(exitCode, 0, `${needed.join(", ")}: one is missing, install the packages of local/packages.txt`);
    await build("pause", ".", path("pause"));
    await build("nfs/mount", ".", path("mount.nfs"));
    await build("nfs/mount", "./check", path("check"));
    await startNamespaces();
    await writeFile(path("ganesha.conf"), configuration(server, folder));
    void inside("rpcbind", "-f", "-w");
    await until(async () => (await inside("rpcinfo", "-p", server)).exitCode === 0, 10);
    await startServer();
  });

  after(async () => {
    if (folder === "") return;
    if (initPid !== 0) {
      process.kill(initPid, "SIGTERM"); // pause ends, and the kernel ends the rest
      await once(init, "exit");
    }
    await rm(folder, { recursive: true });
  });

  afterEach(async () => {
    if (initPid === 0) return;
    await inside("umount", "--lazy", path("a"), path("b"));
    await inside("pkill", "-KILL", "-x", "mount.nfs"); // what a failed test left
  });

  /**
   * Namespaces with the pause program as process 1, /run of their own (rpcbind's socket and lock are files: a node on
   * this machine has its own) and the helper where mount(8) looks for it. An address that is not 127.0.0.0/8 is needed:
   * ganesha's look-up of Bind_addr fails on a machine that has none.
   */
  async function startNamespaces(): Promise<void> {
    const setup = [
      "ip link set lo up",
      `ip address add ${server}/32 dev lo`,
      "mount -t tmpfs tmpfs /run",
      `mount --bind ${path("mount.nfs")} /sbin/mount.nfs`,
      "echo ready",
      `exec ${path("pause")}`,
    ];
    const spaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "--propagation", "private"];
    const command = ["--pdeathsig", "KILL", "unshare", ...spaces, "sh", "-ec", setup.join("\n")];
    const child = execa("setpriv", command, { reject: false, all: true });
    init = child;
    await printed(child, "ready");
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    initPid = Number(children.trim());
    assert.ok(initPid > 0, "no namespaces were made");
  }

  async function startServer(): Promise<void> {
    const files = ["-f", path("ganesha.conf"), "-L", path("ganesha.log"), "-p", path("ganesha.pid")];
    ganesha = inside("ganesha.nfsd", "-F", ...files);
    const exports = async () => (await inside("showmount", "--no-headers", "--exports", server)).stdout;
    const up = await until(async () => (await exports()).includes("/export"), 20);
    assert.ok(up, `the server did not start:\n${await readFile(path("ganesha.log"), "utf8")}`);
  }

  /** Ends the server without a chance to say goodbye. */
  async function killServer(): Promise<void> {
    const ended = once(ganesha, "exit");
    await inside("pkill", "-KILL", "-x", "ganesha.nfsd"); // in its process namespace there is no other
    await ended;
  }

  const mount = async (source: string, name: string, options = "nfsvers=4.1,hard,noatime") => {
    const { exitCode, all } = await inside("mount", "-t", "nfs", "-o", options, `${server}:${source}`, path(name));
    assert.equal(exitCode, 0, all);
  };
  const unmount = async (name: string, ...flags: string[]) => {
    const { exitCode, all } = await inside("umount", ...flags, path(name));
    assert.equal(exitCode, 0, all);
  };
  const helpers = async () => (await inside("pgrep", "-xc", "mount.nfs")).stdout;
  const helperGone = () => until(async () => (await helpers()) === "0", 20);

  it("is mounted by mount(8), named as fuse.nfs, and leaves no process after umount", async () => {
    await mount("/export", "a", "nfsvers=4.1,hard,noatime,ro");
    const { stdout } = await inside("findmnt", "-no", "SOURCE,FSTYPE,OPTIONS", path("a"));
    assert.equal(await helpers(), "1");
    assert.match(stdout, new RegExp(`^${server}:/export fuse\\.nfs ro,noatime,`));
    const same = await shell(`cd ${path("a")} && stat -c %i . && stat -c %i ${path("a")}`);
    const [dot, name] = same.stdout.split("\n");
    assert.equal(dot, name);
    assert.match((await shell(`touch ${path("a")}/x`)).stderr, /Read-only file system/);
    await unmount("a");
    assert.ok(await helperGone());
  });

  it("says what the server said, with mount(8)'s exit code", async () => {
    const refused = await inside("mount", "-t", "nfs", `${server}:/none`, path("a"));
    assert.equal(refused.exitCode, 32);
    assert.equal(
      refused.stderr,
      `mount.nfs: mounting failed, reason given by server: permission denied for ${server}:/none on ${path("a")}`,
    );
    const wrong = await inside("mount", "-t", "nfs", "-o", "vers=2", `${server}:/export`, path("a"));
    assert.equal(wrong.exitCode, 1);
    assert.equal(wrong.stderr, 'mount.nfs: option "vers=2": must be 3 or 4 or 4.0 or 4.1 or 4.2');
  });

  it("gives what a local disk gives in thousands of random operations, the server being killed twice", async () => {
    await mount("/export", "a");
    const check = inside(path("check"), "-ops", "1000", "-workers", "4", "-timeout", "90s", path("a"), path("mirror"));
    let kills = 0;
    for await (const line of check) {
      if (line !== "30% done" && line !== "60% done") continue;
      await killServer();
      await startServer();
      kills += 1;
    }
    const { exitCode, all = "" } = await check;
    assert.equal(exitCode, 0, all);
    assert.match(all, /^0 differences in 4000 operations/m);
    assert.equal(kills, 2);
    await unmount("a");
    assert.deepEqual((await readdir(path("export"))).sort(), ["worker0", "worker1", "worker2", "worker3"]);
  });

  it("shows after open what another client wrote before close", async () => {
    await mount("/export", "a");
    await mount("/export", "b");
    const [a, b] = [path("a", "shared"), path("b", "shared")];
    // The shell's own read: it asks for no attributes, which would refresh them.
    const { stdout } = await shell(
      `printf old >${a}; stat ${b} >&2; printf ' and new\\n' >>${a}; read got <${b}; echo "$got"`,
    );
    assert.equal(stdout, "old and new");
    await unmount("a");
    await unmount("b");
  });

  it("has root's rights taken by an export with root_squash", async () => {
    await chmod(path("squashed"), 0o755);
    await mkdir(path("squashed", "open"));
    await chmod(path("squashed", "open"), 0o777);
    await writeFile(path("squashed", "private"), "secret", { mode: 0o600 });
    await mount("/squashed", "a");
    const refused = async (command: string) => (await shell(`cd ${path("a")} && ${command}`)).stderr;
    assert.match(await refused("touch new"), /Permission denied/);
    assert.match(await refused("mkdir new"), /Permission denied/);
    assert.match(await refused("cat private"), /Permission denied/);
    assert.match(await refused("echo more >>private"), /Permission denied/);
    assert.match(await refused("rm -f private"), /Permission denied/);
    assert.match(await refused("touch open/mine && chown 1000 open/mine"), /Operation not permitted/);
    assert.notEqual((await stat(path("squashed", "open", "mine"))).uid, 0);
    await unmount("a");
  });

  it("lets a killed process die and itself be unmounted without its server, and stays until the server has the data", async () => {
    await mount("/export", "a");
    const writer = shell(`exec cat >${path("a", "late")}`); // cat closes nothing, which would commit
    writer.stdin.write("data\n");
    const written = async () => (await readFile(path("export", "late"), "utf8").catch(() => "")) === "data\n";
    assert.ok(await until(written, 10));
    await killServer();
    await inside("pkill", "-KILL", "-x", "cat");
    await writer;
    await unmount("a", "--lazy"); // without it umount(8) asks the file system for its size, and waits for the server
    assert.equal(await helpers(), "1", "the helper waits for the server to take the data");
    await startServer();
    assert.ok(await helperGone());
  });
});

/** Builds a program as the local node does, so that the build cache serves both. */
async function build(module: string, from: string, to: string): Promise<void> {
  const cwd = join(import.meta.dirname, "..", "..", "local", module);
  const env = { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -trimpath -buildvcs=false" };
  await execa("go", ["build", "-o", to, from], { cwd, env });
}

/** Waits for a line of a program's output; throws if it ends without. */
function printed(child: ResultPromise, wanted: string): Promise<void> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.all as Readable })
      .on("line", (line) => line === wanted && resolve())
      .on("close", () => reject(new Error(`ended without printing "${wanted}": ${child.spawnargs.join(" ")}`)));
  });
}

/** As the local node's server, with one more export whose root is nobody. */
function configuration(server: string, folder: string): string {
  const exported = (id: number, name: string, squash: string) => `EXPORT {
	Export_Id = ${id};
	Path = ${folder}/${name};
	Pseudo = /${name};
	Protocols = 3,4;
	Transports = TCP;
	Access_Type = RW;
	Squash = ${squash};
	SecType = sys;
	FSAL { Name = VFS; }
}
`;
  return `NFS_CORE_PARAM {
	Protocols = 3,4;
	Bind_addr = ${server};
	NFS_Port = 2049;
	MNT_Port = 20048;
	Enable_NLM = false;
	Enable_RQUOTA = false;
	mount_path_pseudo = true;
}
NFSv4 {
	RecoveryBackend = fs;
	RecoveryRoot = ${folder}/recovery;
	Graceless = true;
	Only_Numeric_Owners = true;
}
${exported(1, "export", "No_Root_Squash")}${exported(2, "squashed", "Root_Squash")}LOG { Default_Log_Level = EVENT; }
`;
}
