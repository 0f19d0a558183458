import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import { execa } from "execa";
import { eventually } from "../../deploy/eventually.ts";
import { killNfsServer, namespaceCommand, restartContainerd, startNfsServer } from "../../local/faults.ts";
import { currentSettings, status, up } from "../../local/node.ts";
import type { LocalCluster } from "../../local/node.ts";
import { suite } from "./options.ts";

describe("faults of the local node", function () {
  this.timeout(120_000);
  let local: LocalCluster;
  let directory = "";
  const pods = ["fault-one", "fault-two"] as const;
  const [pod, later] = pods;

  const kubectl = async (args: string[], input = "") => {
    const target = [`--kubeconfig=${local.kubeconfig}`, `--context=${local.context}`, "--namespace=default"];
    return (await execa(local.kubectl, [...target, ...args], { input })).stdout;
  };
  const inside = (container: string, script: string) =>
    kubectl(["exec", pod, `--container=${container}`, "--", "sh", "-c", script]);
  const processOf = (name: string) => status().processes.find((process) => process.name === name);

  before(async function () {
    if (suite.cluster !== undefined) this.skip();
    local = await up({ quiet: true });
    directory = await mkdtemp(join(local.nfs.directory, "faults-"));
    await chmod(directory, 0o777);
    await start(pod);
  });

  after(async () => {
    if (suite.cluster !== undefined) return;
    await startNfsServer();
    await kubectl(["delete", "pod", ...pods, "--ignore-not-found", "--grace-period=1"]);
    await rm(directory, { recursive: true });
  });

  it("root of a pod is nobody on the export, another user itself", async () => {
    await inside("root", "echo mine > /share/root");
    await inside("user", "echo mine > /share/user");
    const owners = await Promise.all(["root", "user"].map(async (name) => (await stat(join(directory, name))).uid));
    assert.deepEqual(owners, [65534, 999]);
    await inside("user", "chmod 0700 /share/user");
    await assert.rejects(inside("root", "echo theirs > /share/user"), /Permission denied/);
  });

  it("a write waits while the NFS server is killed and is there once it is back", async () => {
    await killNfsServer();
    assert.equal(processOf("ganesha")?.alive, false);
    let done = false;
    const write = inside("user", "echo through > /share/late").then(() => (done = true));
    await eventually("the write to be under way", 20, async () =>
      (await inside("root", "ps -e -o args")).includes("echo through"),
    );
    assert.equal(done, false);
    await startNfsServer();
    await write;
    assert.equal(await readFile(join(directory, "late"), "utf8"), "through\n");
    assert.equal(status().health, "running");
  });

  it("an NFS server that runs is not started twice, and one that is gone not killed", async () => {
    const before = processOf("ganesha");
    await startNfsServer();
    assert.deepEqual(processOf("ganesha"), before);
    await killNfsServer();
    await killNfsServer();
    await startNfsServer();
    assert.notEqual(processOf("ganesha")?.pid, before?.pid);
    assert.equal(await inside("user", "cat /share/late"), "through");
  });

  it("pods go on and new ones start when containerd is restarted", async () => {
    const containers = await containersOf(pod);
    const before = processOf("containerd")?.pid;
    await restartContainerd();
    assert.notEqual(processOf("containerd")?.pid, before);
    assert.equal(status().health, "running");
    await start(later);
    assert.equal(await inside("user", "cat /share/late"), "through");
    assert.deepEqual(await containersOf(pod), containers);
  });

  it("a command can be run in the node's network", async () => {
    const [file = "", ...args] = namespaceCommand(["ip", "-brief", "address", "show", "eth0"]);
    assert.ok((await execa(file, args)).stdout.includes(` ${local.nfs.server}/24`));
    assert.throws(() => namespaceCommand(["true"], { ...currentSettings(), directory: "/none" }), {
      message: 'no node runs in /none: start it with "npm start"',
    });
  });

  async function start(name: string): Promise<void> {
    await kubectl(["apply", "-f", "-"], JSON.stringify(manifest(name)));
    await eventually(`pod ${name}`, 60, async () => {
      await kubectl(["wait", `pod/${name}`, "--for=condition=Ready", "--timeout=1s"]);
      return true;
    });
  }

  /** Identity, start and restarts of a pod's containers. */
  async function containersOf(name: string): Promise<V1ContainerStatus[] | undefined> {
    return (JSON.parse(await kubectl(["get", "pod", name, "--output=json"])) as V1Pod).status?.containerStatuses;
  }

  function manifest(name: string) {
    const container = (role: string, user: number) => ({
      name: role,
      image: local.images.redis,
      command: ["sleep", "infinity"],
      securityContext: { runAsUser: user },
      volumeMounts: [{ name: "share", mountPath: "/share" }],
    });
    const nfs = { server: local.nfs.server, path: `${local.nfs.path}/${basename(directory)}` };
    const spec = {
      shareProcessNamespace: true,
      terminationGracePeriodSeconds: 1,
      containers: [container("root", 0), container("user", 999)],
      volumes: [{ name: "share", nfs }],
    };
    return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
  }
});
