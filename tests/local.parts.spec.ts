import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { parseHierarchies } from "../local/cgroups.ts";
import type { Artifacts } from "../local/images/catalog.ts";
import { claimFolder, clearFolder, marker } from "../local/folder.ts";
import { ownerProblem } from "../local/inspect.ts";
import { LocalNode } from "../local/localNode.ts";
import { withImages } from "../local/parts/addons.ts";
import { withContext } from "../local/parts/certificates.ts";
import { nfsMounts } from "../local/parts/nfs.ts";
import { bringUp } from "../local/parts/part.ts";
import type { Part } from "../local/parts/part.ts";
import { startProcess, stopProcess } from "../local/process.ts";
import { settingsFrom } from "../local/settings.ts";

const local = join(import.meta.dirname, "..", "local");

describe("the control group hierarchies", () => {
  const version1 = ["cpu", "cpuset", "memory", "pids", "name=systemd"]
    .map((name) => `cgroup /sys/fs/cgroup/${name.replace("name=", "")} cgroup rw,relatime,${name} 0 0`)
    .join("\n");
  const unified = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0";

  it("are all used where there are many, and the one of process numbers tells whose a process is", () => {
    assert.deepEqual(parseHierarchies(`${version1}\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n`), {
      version: 1,
      mounts: ["cpu", "cpuset", "memory", "pids", "systemd"].map((name) => `/sys/fs/cgroup/${name}`),
      tracking: "/sys/fs/cgroup/pids",
    });
  });

  it("are one in version 2, even beside an unused one of version 1", () => {
    const expected = { version: 2, mounts: ["/sys/fs/cgroup"], tracking: "/sys/fs/cgroup" };
    assert.deepEqual(parseHierarchies(unified), expected);
    assert.deepEqual(parseHierarchies(`cgroup /sys/fs/cgroup/net cgroup rw,net_cls 0 0\n${unified}`), expected);
  });

  it("are reported if something lacks", () => {
    assert.throws(() => parseHierarchies("proc /proc proc rw 0 0"), { message: "no control groups are mounted" });
    assert.throws(() => parseHierarchies(version1.replace("relatime,pids", "relatime,rdma")), {
      message: "the control group hierarchies lack pids",
    });
  });
});

describe("a part of the node", () => {
  let folder: string;
  let node: LocalNode;
  const artifacts = {} as Artifacts;
  const part: Part = {
    name: "store",
    processes: ["etcd"],
    deadlineSeconds: 0.3,
    start: () => Promise.resolve(),
    ready: () => Promise.resolve(true),
    stop: () => Promise.resolve(),
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "part-"));
    node = new LocalNode(settingsFrom({ SESSION_STACK_DIR: folder }, folder), false);
    await mkdir(node.paths.log);
    await writeFile(node.logFile("etcd"), "starting\nport in use\n");
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("whose process ends is named with the end of its log", async () => {
    const ending = {
      ...part,
      ready: () => Promise.resolve(false),
      start: async () => {
        const log = { records: node.paths.processes, log: node.logFile("etcd"), environment: {} };
        await stopProcess(await startProcess("etcd", ["/bin/sleep", "1000"], log), 5);
      },
    };
    await assert.rejects(bringUp(ending, node, artifacts), {
      message: `etcd has ended; last lines of ${folder}/log/etcd.log:\n  starting\n  port in use`,
    });
  });

  it("that does not get ready is named with the reason and the end of its log", async () => {
    const refused = { ...part, ready: () => Promise.reject(new Error("connection refused\nat line 1")) };
    await assert.rejects(bringUp(refused, node, artifacts), {
      message:
        "store is not ready after 0.3 s (connection refused); " +
        `last lines of ${folder}/log/etcd.log:\n  starting\n  port in use`,
    });
  });

  it("that can't be started is named with the reason", async () => {
    const missing = { ...part, start: () => Promise.reject(new Error("no such file")) };
    await assert.rejects(bringUp(missing, node, artifacts), { message: "store can't be started: no such file" });
  });

  it("is asked again until it is ready", async () => {
    let asked = 0;
    await bringUp({ ...part, processes: [], ready: () => Promise.resolve((asked += 1) === 3) }, node, artifacts);
    assert.equal(asked, 3);
  });
});

describe("the owner of a node", () => {
  const settings = settingsFrom({}, "/root", "/checkout");
  const state = { owner: tmpdir(), since: "2026-01-01", phase: "running" as const, fingerprint: "" };

  it("is named to another checkout", () => {
    assert.equal(
      ownerProblem({ health: "running", state, processes: [] }, settings),
      `the node in /var/lib/session-stack belongs to ${tmpdir()} and runs since 2026-01-01: stop it with "npm run stop" ` +
        "there, or set SESSION_STACK_DIR, SESSION_STACK_PORT and SESSION_STACK_TLS_PORT to have another one",
    );
  });

  it("has nothing to say if it is this checkout, is gone, or its node is dead", () => {
    const findings = [
      { health: "running", state: { ...state, owner: "/checkout" }, processes: [] },
      { health: "running", state: { ...state, owner: "/gone/for/good" }, processes: [] },
      { health: "broken", state, processes: [] },
      { health: "absent", processes: [] },
    ] as const;
    for (const finding of findings) assert.equal(ownerProblem({ ...finding, processes: [] }, settings), undefined);
  });
});

describe("the folder of a node", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "folder-"));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("is a new one, and stays one", async () => {
    await claimFolder({ directory });
    await mkdir(join(directory, "run"));
    await claimFolder({ directory });
  });

  it("is never one that holds other things", async () => {
    await mkdir(join(directory, "run"));
    await assert.rejects(claimFolder({ directory }), {
      message: `${directory} holds other things than a node's: set SESSION_STACK_DIR to an empty or new folder`,
    });
    await clearFolder(directory, []);
    assert.deepEqual(await readdir(directory), ["run"]);
  });

  it("stays itself while it is locked", async () => {
    await claimFolder({ directory });
    await clearFolder(directory, [marker]);
    assert.deepEqual(await readdir(directory), [marker]);
  });

  it("loses all but what survives, and then itself", async () => {
    await claimFolder({ directory });
    for (const name of ["run", "keep"]) await mkdir(join(directory, name));
    await clearFolder(directory, ["nfs", "keep"]);
    assert.deepEqual(await readdir(directory), [".session-stack", "keep"]);
    await clearFolder(directory, []);
    assert.equal(existsSync(directory), false);
  });
});

describe("what parts read and write", () => {
  it("finds the NFS mounts of the node's server, last first", () => {
    const mounts = `proc /proc proc rw 0 0
10.99.0.1:/export /var/lib/a\\040b fuse.nfs rw 0 0
10.99.0.10:/export /other nfs4 rw 0 0
10.99.0.1:/export/claim /var/lib/c nfs4 rw 0 0
`;
    assert.deepEqual(nfsMounts(mounts, "10.99.0.1"), ["/var/lib/c", "/var/lib/a b"]);
  });

  it("renames the context of a kubeconfig and nothing else", () => {
    const given = "contexts:\n- {name: a@b, context: {user: a, cluster: b}}\ncurrent-context: a@b\nusers: []\n";
    assert.deepEqual(parse(withContext(given, "mine")), {
      contexts: [{ name: "mine", context: { user: "a", cluster: "b" } }],
      "current-context": "mine",
      users: [],
    });
  });

  it("gives containers the images that were built", () => {
    const given = `kind: Deployment
spec: {template: {spec: {containers: [{name: a, image: x.invalid/a}, {name: b, image: x.invalid/b}]}}}
---
kind: ServiceAccount
`;
    assert.equal(
      withImages(given, ["x.invalid/a:123"]).replace(/\s+/g, " ").trim(),
      "kind: Deployment spec: template: spec: containers: - name: a image: x.invalid/a:123 - name: b image: x.invalid/b --- kind: ServiceAccount",
    );
  });

  it("has no image in its manifests that is not built here", async () => {
    const names = ["coredns", "traefik"].map((name) => `session-stack.invalid/${name}:1`);
    for (const file of ["dns.yaml", "ingress.yaml", "roles.yaml"]) {
      const images = /image: .*/g.exec(withImages(await readFile(join(local, "manifests", file), "utf8"), names)) ?? [];
      for (const image of images) assert.match(image, /^image: session-stack\.invalid\/[a-z]+:1$/);
    }
  });
});

describe("the mount command of the kubelet", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mount-"));
    await copyFile(join(local, "bin", "mount"), join(folder, "mount"));
    await writeFile(join(folder, "mount.nfs"), '#!/bin/sh\necho "helper $*"\n');
    await chmod(join(folder, "mount.nfs"), 0o755);
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  const mount = async (...args: string[]) => (await execa(join(folder, "mount"), args)).stdout;

  for (const args of [
    ["-t", "nfs", "-o", "hard", "server:/path", "/dir"],
    ["-o", "hard", "-t", "nfs4", "server:/path", "/dir"],
    ["--types", "nfs", "server:/path", "/dir"],
    ["--types=nfs4", "server:/path", "/dir"],
  ]) {
    it(`hands "${args.join(" ")}" to the helper`, async () => {
      assert.equal(await mount(...args), `helper ${args.join(" ")}`);
    });
  }

  it("leaves everything else to the system's", async () => {
    assert.match(await mount("--version"), /util-linux/);
    assert.match(await mount("-t", "proc", "--version"), /util-linux/);
  });
});
