import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { nfsServer } from "../doctor/checks/nfsServer.ts";
import { nodes } from "../doctor/checks/nodes.ts";
import { found, nfs, stack } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const subdir = { storage: nfs };
const existing = (className: string) => ({ storage: { kind: "existing", className } });

const condition = (status: "True" | "False") => ({ conditions: [{ type: "Ready", status }] });

describe("the doctor's look at the NFS server", () => {
  let server: Server;
  let port: number;

  before("a server", async () => {
    server = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    ({ port } = server.address() as AddressInfo);
  });
  after("close it", () => void server.close());

  const on = (provisioner: string) => ({
    storage: { kind: "nfs", nfs: { ...nfs.nfs, provisioner, mountOptions: ["hard", `port=${port}`] } },
  });

  it("connects to its port, that of the mount options if they say one", async () => {
    for (const by of ["subdir", "csi"]) {
      assert.deepEqual(await found(nfsServer, await stack(on(by))), [
        { status: "ok", found: `this machine reaches 127.0.0.1:${port}` },
      ]);
    }
  });

  it("warns where nobody listens, for nodes may have another way", async () => {
    await new Promise((done) => server.close(done));
    assert.deepEqual(await found(nfsServer, await stack(on("subdir"))), [
      {
        status: "warn",
        found: `this machine does not reach 127.0.0.1:${port} (ECONNREFUSED); its nodes may`,
        remedy:
          "where they do not either, claims get no volume: see session-stack:storage.nfs.server, its firewall and its exports",
      },
    ]);
  });

  it("takes the port of NFS otherwise", async () => {
    assert.deepEqual(
      nfsServer.asks(await stack(subdir)).map(({ key }) => key),
      ["port 127.0.0.1:2049"],
    );
  });
});

describe("the doctor's look at nodes", () => {
  const node = (name: string, kubeletVersion = "v1.34.1") =>
    object("Node", name, undefined, { status: { nodeInfo: { kubeletVersion } } });

  it("warns of kubelets that are too old to drain pods", async () => {
    const fake = new FakeCluster([node("a"), node("b", "v1.29.4"), node("c", "v1.28.0")]);
    assert.deepEqual(await found(nodes, await stack(existing("block")), fake), [
      {
        status: "warn",
        found: "older than Kubernetes 1.30: b (v1.29.4), c (v1.28.0)",
        remedy: "upgrade them: on these, pods end without draining, for 1.30 brought preStop.sleep",
      },
    ]);
  });

  it("sees an NFS client where a pod of the stack has mounted the export, and nowhere else", async () => {
    const spec = { nodeName: "a", volumes: [{ name: "export", persistentVolumeClaim: { claimName: "nfs-export" } }] };
    const pod = object("Pod", "nfs-provisioner-x", "shop-storage", { spec, status: condition("True") });
    const client = async (...objects: ReturnType<typeof object>[]) =>
      (await found(nodes, await stack(subdir), new FakeCluster(objects))).slice(1);
    assert.deepEqual(await client(node("a"), pod), [
      { status: "ok", found: "pods of the stack have mounted the export on each of them" },
    ]);
    const unseen = (where: string) => ({
      status: "unknown",
      found: `whether there is an NFS client cannot be seen on ${where}`,
      remedy: "have it installed: apt-get install nfs-common, dnf install nfs-utils",
    });
    assert.deepEqual(await client(node("a"), node("b"), pod), [unseen("b")]);
    assert.deepEqual(await client(node("a"), { ...pod, status: condition("False") }), [unseen("a")]);
    assert.deepEqual(await client(node("a"), { ...pod, spec: { nodeName: "a" } }), [unseen("a")]);
  });
});
