import assert from "node:assert/strict";
import { csiDriver } from "../doctor/checks/csiDriver.ts";
import { nfsServer } from "../doctor/checks/nfsServer.ts";
import { provisioner } from "../doctor/checks/provisioner.ts";
import { storageClass } from "../doctor/checks/storageClass.ts";
import { closed, found, nfs, owned, stack, unread } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const subdir = { storage: nfs };
const csi = { storage: { kind: "nfs", nfs: { ...nfs.nfs, provisioner: "csi" } } };
const existing = (className: string) => ({ storage: { kind: "existing", className } });
const memcached = { ...existing("none"), store: { kind: "memcached" } };

const classOf = (name: string, provisioner: string, fields = {}) => ({
  ...object("StorageClass", name, undefined, fields),
  provisioner,
});

const driver = object("CSIDriver", "nfs.csi.k8s.io");
const csiNode = (name: string, ...drivers: string[]) =>
  object("CSINode", name, undefined, { spec: { drivers: drivers.map((one) => ({ name: one })) } });

describe("the doctor's look at the storage class", () => {
  it("wants the stack's own to be free, or of this stack and the same", async () => {
    const own = await stack(subdir);
    const [rendered] = own.objects.filter(({ kind }) => kind === "StorageClass");
    assert.ok(rendered);
    assert.deepEqual(await found(storageClass, own), [{ status: "ok", found: "nfs-client is free" }]);
    assert.deepEqual(await found(storageClass, own, new FakeCluster([rendered])), [
      { status: "ok", found: "nfs-client belongs to this stack" },
    ]);
    const changed = { ...rendered, parameters: { onDelete: "delete" }, reclaimPolicy: "Retain" };
    assert.deepEqual(await found(storageClass, own, new FakeCluster([changed])), [
      {
        status: "warn",
        found:
          "nfs-client belongs to this stack and differs in parameters, reclaimPolicy, which Kubernetes lets nobody change",
        remedy:
          "pulumi up replaces it; without the engine delete it first (kubectl delete storageclass nfs-client): volumes stay",
      },
    ]);
  });

  it("refuses one of another owner", async () => {
    const conflict = (owner: string) => ({
      status: "fail",
      found: `nfs-client belongs to ${owner} (provisioner cluster.local/nfs)`,
      remedy:
        "set session-stack:storage.className to another name, or use that one: storage: { kind: existing, className: nfs-client }",
    });
    const other = new FakeCluster([classOf("nfs-client", "cluster.local/nfs", owned("session-stack-prod"))]);
    assert.deepEqual(await found(storageClass, await stack(subdir), other), [conflict("session-stack-prod")]);
    const foreign = new FakeCluster([classOf("nfs-client", "cluster.local/nfs")]);
    assert.deepEqual(await found(storageClass, await stack(subdir), foreign), [conflict("somebody else")]);
  });

  it("wants one that is there to be there", async () => {
    const fake = new FakeCluster([classOf("gp3", "ebs.csi.aws.com"), classOf("gp2", "ebs.csi.aws.com")]);
    assert.deepEqual(await found(storageClass, await stack(existing("gp4")), fake), [
      {
        status: "fail",
        found: "there is no StorageClass gp4; there are: gp3, gp2",
        remedy: "set session-stack:storage.className to one of them, or have it made",
      },
    ]);
    assert.deepEqual(await found(storageClass, await stack(existing("gp3")), fake), [
      { status: "ok", found: "gp3 is there (provisioner ebs.csi.aws.com)" },
    ]);
  });

  it("has nothing to say where nothing is claimed", async () => {
    for (const check of [storageClass, csiDriver, provisioner, nfsServer]) {
      assert.deepEqual(await found(check, await stack(memcached)), []);
    }
  });

  it("does not know what it may not read", async () => {
    assert.deepEqual(await found(storageClass, await stack(subdir), closed("StorageClass")), [
      unread("which StorageClasses there are", "StorageClass"),
    ]);
  });
});

describe("the doctor's look at the CSI driver", () => {
  it("wants csi-driver-nfs for provisioner csi", async () => {
    assert.deepEqual(await found(csiDriver, await stack(csi)), [
      {
        status: "fail",
        found: "there is no CSI driver nfs.csi.k8s.io",
        remedy: "have csi-driver-nfs installed, or set session-stack:storage.nfs.provisioner to subdir",
      },
    ]);
    assert.deepEqual(await found(csiDriver, await stack(csi), closed("CSIDriver")), [
      unread("which CSI drivers there are", "CSIDriver"),
    ]);
  });

  it("wants it on the nodes", async () => {
    const both = [csiNode("a", "nfs.csi.k8s.io"), csiNode("b", "other", "nfs.csi.k8s.io")];
    assert.deepEqual(await found(csiDriver, await stack(csi), new FakeCluster([driver, ...both])), [
      { status: "ok", found: "nfs.csi.k8s.io runs on every node" },
    ]);
    const missing = (status: string, where: string) => ({
      status,
      found: `nfs.csi.k8s.io does not run on ${where}: pods with a claim cannot start there`,
      remedy: "look at the DaemonSet of the driver, or keep such pods from these nodes",
    });
    const one = new FakeCluster([driver, csiNode("a", "nfs.csi.k8s.io"), csiNode("b")]);
    assert.deepEqual(await found(csiDriver, await stack(csi), one), [missing("warn", "b")]);
    const none = new FakeCluster([driver, csiNode("a"), csiNode("b")]);
    assert.deepEqual(await found(csiDriver, await stack(csi), none), [missing("fail", "a, b")]);
  });

  it("looks for that of a class that is there, if it is one of CSI", async () => {
    const objects = [
      classOf("gp3", "ebs.csi.aws.com"),
      object("CSIDriver", "ebs.csi.aws.com"),
      csiNode("a", "ebs.csi.aws.com"),
    ];
    assert.deepEqual(await found(csiDriver, await stack(existing("gp3")), new FakeCluster(objects)), [
      { status: "ok", found: "ebs.csi.aws.com runs on every node" },
    ]);
    const local = new FakeCluster([classOf("local-path", "rancher.io/local-path"), driver]);
    assert.deepEqual(await found(csiDriver, await stack(existing("local-path")), local), []);
    assert.deepEqual(await found(csiDriver, await stack(subdir), new FakeCluster([driver])), []);
  });
});

/** Labels by which the provisioner's Deployment finds its pods. */
const selected = {
  "app.kubernetes.io/name": "nfs-provisioner",
  "app.kubernetes.io/instance": "session-stack-dev",
};

const condition = (status: "True" | "False") => ({ conditions: [{ type: "Ready", status }] });

describe("the doctor's look at the provisioner", () => {
  const withPod = (status: object, labels: object = selected, namespace = "shop-storage") =>
    new FakeCluster([object("Pod", "nfs-provisioner-x", namespace, { labels, status })]);

  it("takes the word of the pod of the stack's own", async () => {
    assert.deepEqual(await found(provisioner, await stack(subdir)), [{ status: "ok", found: "comes with the stack" }]);
    assert.deepEqual(await found(provisioner, await stack(subdir), withPod(condition("True"))), [
      { status: "ok", found: "Deployment shop-storage/nfs-provisioner runs" },
    ]);
    const state = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
    const waiting = { ...condition("False"), containerStatuses: [{ name: "provisioner", state }] };
    const remedy = "look at its pod: kubectl -n shop-storage describe pod nfs-provisioner-x";
    assert.deepEqual(await found(provisioner, await stack(subdir), withPod(waiting)), [
      {
        status: "fail",
        found:
          "Deployment shop-storage/nfs-provisioner is not ready: ImagePullBackOff: not found: claims get no volume",
        remedy,
      },
    ]);
    assert.deepEqual(await found(provisioner, await stack(subdir), withPod(condition("False"))), [
      { status: "fail", found: "Deployment shop-storage/nfs-provisioner is not ready: claims get no volume", remedy },
    ]);
  });

  it("finds the pods of csi-driver-nfs by their label, or does not know", async () => {
    const fake = withPod(condition("True"), { app: "csi-nfs-controller" }, "kube-system");
    assert.deepEqual(await found(provisioner, await stack(csi), fake), [
      { status: "ok", found: "nfs.csi.k8s.io runs" },
    ]);
    assert.deepEqual(await found(provisioner, await stack(csi)), [
      {
        status: "unknown",
        found: "no pod has the label app=csi-nfs-controller, so whether nfs.csi.k8s.io makes volumes cannot be known",
        remedy: "if it is installed otherwise, see whether a claim of another application gets its volume",
      },
    ]);
    assert.deepEqual(await found(provisioner, await stack(csi), closed("Pod")), [
      unread("the pods of nfs.csi.k8s.io", "Pod"),
    ]);
  });

  it("knows one that makes no volumes, and nothing of others", async () => {
    const fake = new FakeCluster([classOf("local", "kubernetes.io/no-provisioner"), classOf("gp3", "ebs.csi.aws.com")]);
    assert.deepEqual(await found(provisioner, await stack(existing("local")), fake), [
      {
        status: "fail",
        found: "kubernetes.io/no-provisioner makes no volumes",
        remedy: "name a class whose provisioner does in session-stack:storage.className, or have volumes made by hand",
      },
    ]);
    assert.deepEqual(await found(provisioner, await stack(existing("gp3")), fake), [
      {
        status: "unknown",
        found: "whether ebs.csi.aws.com makes volumes cannot be known without making a claim",
        remedy: "see whether claims of other applications are bound: kubectl get pvc --all-namespaces",
      },
    ]);
  });
});
