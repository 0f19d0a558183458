import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { connect as connectTo, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { connect as connectWithTls } from "node:tls";
import { execa } from "execa";
import { groupsOf, processesIn } from "../../local/cgroups.ts";
import { deploymentReady, nodeReady } from "../../local/kubernetes.ts";
import { connect, down, status, up } from "../../local/node.ts";
import { sendSignal, until } from "../../local/process.ts";
import { pathsOf, settingsFrom } from "../../local/settings.ts";
import type { Settings } from "../../local/settings.ts";

describe("the local node", function () {
  this.timeout(180_000);
  let settings: Settings;
  let rules: string;
  /** Another checkout of the same code. */
  let clone = "";

  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    // A node of its own beside any other on this machine. Not in /tmp, which may be in memory and too small.
    const directory = await mkdtemp("/var/tmp/session-stack-e2e-");
    settings = { ...settingsFrom({ ...process.env, SESSION_STACK_DIR: directory }, homedir()), ...(await freePorts()) };
    rules = await machineRules();
    clone = await mkdtemp("/var/tmp/session-stack-clone-");
    const isSource = (path: string) => !/\/(node_modules|\.git)$/.test(path);
    await cp(settings.owner, clone, { recursive: true, filter: isSource });
    await symlink(join(settings.owner, "node_modules"), join(clone, "node_modules"));
  });

  after(async () => {
    if (!clone) return;
    await rm(clone, { recursive: true });
    await down({ purge: true }, settings);
  });

  const start = () => up({ quiet: true }, settings);
  const pids = () => status(settings).processes.map(({ pid }) => pid);

  it("answers, with its node, DNS and ingress ready, when up returns", async () => {
    const { kubeconfig, context, ingress } = await start();
    assert.equal(context, "session-stack-local");
    assert.ok(await nodeReady(kubeconfig, "node"));
    assert.ok(await deploymentReady(kubeconfig, "kube-system", "coredns"));
    assert.ok(await deploymentReady(kubeconfig, "ingress", "traefik"));
    const answer = await fetch(`http://${ingress.host}:${ingress.port}/`);
    assert.equal(answer.status, 404);
    assert.equal(await certificateAt(ingress.tlsPort), "CN=TRAEFIK DEFAULT CERT");
  });

  it("is left as it is by a second up", async () => {
    const before = { pids: pids(), cluster: connect(settings) };
    assert.deepEqual(await start(), before.cluster);
    assert.deepEqual(pids(), before.pids);
  });

  it("moves to other ports without a restart", async () => {
    const moved = { ...settings, ...(await freePorts()) };
    const others = () => status(settings).processes.filter(({ name }) => !name.startsWith("forward"));
    const before = others();
    const { ingress } = await up({ quiet: true }, moved);
    assert.deepEqual([ingress.port, ingress.tlsPort], [moved.port, moved.tlsPort]);
    assert.equal((await fetch(`http://127.0.0.1:${moved.port}/`)).status, 404);
    assert.equal(await certificateAt(moved.tlsPort), "CN=TRAEFIK DEFAULT CERT");
    for (const port of [settings.port, settings.tlsPort]) {
      // Not by fetch, which would use the connection it has.
      await assert.rejects(once(connectTo(port, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
    }
    assert.deepEqual(others(), before);
    settings = moved;
  });

  it("refuses another checkout, saying whose the node is and how to stop it", async () => {
    const since = status(settings).state?.since;
    const message =
      `the node in ${settings.directory} belongs to ${settings.owner} and runs since ${since}: stop it with ` +
      '"npm run stop" there, or set SESSION_STACK_DIR, SESSION_STACK_PORT and SESSION_STACK_TLS_PORT to have another one';
    for (const command of ["up", "down"] as const) {
      const { exitCode, all } = await run(clone, command);
      assert.equal(exitCode, 1);
      assert.ok(all.includes(message), all);
    }
    assert.equal(status(settings).state?.since, since);
    assert.ok(connect(settings));
  });

  it("leaves nothing but the export and the secrets after down, and its data after the next start", async () => {
    const spaces = await namespaces();
    const paths = pathsOf(settings);
    await writeFile(join(paths.export, "data"), "kept");
    await writeFile(join(paths.keep, "secret"), "kept");
    assert.equal((await down({}, settings)).health, "running");
    await assertNothingLeft(spaces);
    await start();
    assert.equal(await readFile(join(paths.export, "data"), "utf8"), "kept");
    assert.equal(await readFile(join(paths.keep, "secret"), "utf8"), "kept");
  });

  it("can be taken down after every one of its processes was killed", async () => {
    const spaces = await namespaces();
    await killAll();
    assert.equal(status(settings).health, "broken");
    assert.ok((await groupsOf(settings.name)).length > 0, "a killed node leaves control groups");
    assert.equal((await down({}, settings)).health, "broken");
    await assertNothingLeft(spaces);
  });

  it("comes up once when two starts meet", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    assert.deepEqual(first, second);
    const lines = await commandLines(await processesIn(settings.name));
    assert.equal(lines.filter((line) => line.includes("/bin/kube-apiserver ")).length, 1);
  });

  it("comes up after every one of its processes was killed", async () => {
    await killAll();
    const { kubeconfig } = await start();
    assert.ok(await nodeReady(kubeconfig, "node"));
  });

  it("comes up for another checkout if it was killed", async () => {
    await killAll();
    assert.equal((await run(clone, "up")).exitCode, 0);
    assert.equal(status(settings).state?.owner, clone);
    assert.equal((await run(clone, "down")).exitCode, 0);
  });

  it("comes up after a start that was killed half-way, parts of which still run", async () => {
    const half = run(settings.owner, "up");
    const isHalf = () => status(settings).processes.some(({ name, alive }) => name === "kube-apiserver" && alive);
    assert.ok(await until(isHalf, 60));
    half.kill("SIGKILL");
    await half;
    assert.equal(status(settings).health, "broken");
    const { kubeconfig } = await start();
    assert.ok(await nodeReady(kubeconfig, "node"));
  });

  it("leaves not even its folder after a purge", async () => {
    const spaces = await namespaces();
    await down({ purge: true }, settings);
    await assertNothingLeft(spaces);
    assert.equal(existsSync(settings.directory), false);
  });

  it("is no error to take down when there is none", async () => {
    assert.equal((await down({}, settings)).health, "absent");
    assert.equal(existsSync(settings.directory), false);
  });

  /** Runs a command of a checkout as its user would. */
  function run(folder: string, command: "up" | "down") {
    return execa(process.execPath, ["--import", "tsx", join(folder, "local", "main.ts"), command], {
      cwd: folder,
      env: {
        SESSION_STACK_DIR: settings.directory,
        SESSION_STACK_PORT: String(settings.port),
        SESSION_STACK_TLS_PORT: String(settings.tlsPort),
      },
      reject: false,
      all: true,
    });
  }

  /** Kills all processes of the node, pods and shims too, as a crash would. */
  async function killAll(): Promise<void> {
    assert.ok((await processesIn(settings.name)).length > 15);
    const isEmpty = async () => {
      const found = await processesIn(settings.name);
      for (const pid of found) sendSignal(pid, "SIGKILL");
      return found.length === 0;
    };
    assert.ok(await until(isEmpty, 20));
  }

  /** Mount and network namespaces of all processes of the node. */
  async function namespaces(): Promise<Set<string>> {
    const found = await Promise.all((await processesIn(settings.name)).map(namespacesOf));
    const own = await namespacesOf("self");
    return new Set(found.flat().filter((space) => !own.includes(space)));
  }

  async function assertNothingLeft(spaces: Set<string>): Promise<void> {
    assert.ok(spaces.size > 4, "the node had namespaces of its own and of its pods");
    const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    assert.deepEqual(
      (await commandLines(all)).filter((line) => line.includes(settings.directory)),
      [],
    );
    const left = (await Promise.all(all.map(namespacesOf))).flat().filter((space) => spaces.has(space));
    assert.deepEqual(left, [], "a process is left in a namespace of the node");
    const mounts = await readFile("/proc/self/mountinfo", "utf8");
    assert.ok(!mounts.includes(settings.directory), "a mount is left");
    for (const space of spaces) assert.ok(!mounts.includes(space), `namespace ${space} is mounted`);
    assert.deepEqual(await groupsOf(settings.name), []);
    assert.equal((await execa("ip", ["link", "show", settings.name], { reject: false })).exitCode, 1);
    const files = existsSync(settings.directory) ? await readdir(settings.directory) : [];
    assert.deepEqual(
      files.filter((name) => ![".session-stack", "keep", "nfs"].includes(name)),
      [],
    );
    assert.equal(await machineRules(), rules);
  }
});

async function namespacesOf(pid: number | string): Promise<string[]> {
  const links = ["mnt", "net"].map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => ""));
  return (await Promise.all(links)).filter((link) => link !== "");
}

async function commandLines(pids: (number | string)[]): Promise<string[]> {
  const read = (pid: number | string) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return (await Promise.all(pids.map(read))).map((line) => line.replaceAll("\0", " "));
}

/** The machine's own packet filter, without comments, which hold the time. */
async function machineRules(): Promise<string> {
  const { stdout } = await execa("iptables-save");
  return stdout.replace(/^#.*$/gm, "");
}

async function freePorts(): Promise<Pick<Settings, "port" | "tlsPort">> {
  // Both are held at once, so that they are not the same.
  const servers = [createServer(), createServer()];
  await Promise.all(servers.map((server) => once(server.listen(0, "127.0.0.1"), "listening")));
  const [port = 0, tlsPort = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return { port, tlsPort };
}

/** Subject of the certificate that is shown for no name. */
async function certificateAt(port: number): Promise<string> {
  const socket = connectWithTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const subject = socket.getPeerX509Certificate()?.subject ?? "no certificate";
  socket.destroy();
  return subject;
}
