import assert from "node:assert/strict";
import { destroy } from "../deploy/destroy.ts";
import { render } from "./rendered.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// In the fake a namespace is gone at once, and with it nothing else: what Kubernetes and the provisioner do then is
// proved by the end-to-end suite.

const volume = (name: string, storageClassName: string, namespace: string) =>
  object("PersistentVolume", name, undefined, { spec: { storageClassName, claimRef: { namespace } } });

const workloads = ["delete Deployment session-stack/app", "delete StatefulSet session-stack/redis"];

const storage = ["delete Deployment session-stack-storage/nfs-provisioner", "delete Namespace session-stack-storage"];

const clusterWide = [
  "delete PersistentVolume session-stack-local-nfs-export",
  "delete ClusterRoleBinding session-stack-local-nfs-provisioner",
  "delete ClusterRole session-stack-local-nfs-provisioner",
  "delete StorageClass nfs-client",
];

/** A stack that runs, and its rendered objects. */
async function deployed(overrides = {}, ...others: KubernetesObject[]) {
  const { objects } = await render("local", overrides);
  return { objects, fake: new FakeCluster([...objects, ...others]) };
}

describe("destroying", () => {
  it("removes the stack, then its storage, then what is cluster-wide, and its class last", async () => {
    const { objects, fake } = await deployed();
    await destroy(fake.cluster, objects);
    assert.deepEqual(fake.changes, [...workloads, "delete Namespace session-stack", ...storage, ...clusterWide]);
  });

  it("leaves out what the cluster has no kind for, in a namespace that stays", async () => {
    const ingress = { hosts: [{ host: "shop.example.com" }], tls: { secretName: "a" } };
    const overrides = { namespace: { name: "shop", create: false }, ingress };
    const { objects, fake } = await deployed(overrides);
    await destroy(fake.cluster, objects);
    assert.equal(fake.changes.includes("delete Middleware shop/app-https"), false);
    assert.equal(fake.changes.includes("delete Ingress shop/app"), true);

    const known = await deployed(overrides);
    known.fake.customKinds.add("traefik.io/v1alpha1 Middleware");
    await destroy(known.fake.cluster, known.objects);
    assert.equal(known.fake.changes.includes("delete Middleware shop/app-https"), true);
  });

  it("waits for the pods of the workloads before it deletes their namespace", async () => {
    const labels = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "session-stack-local" };
    const { objects, fake } = await deployed({}, object("Pod", "redis-0", "session-stack", { labels }));
    const { cluster } = fake;
    let looks = 0;
    const list = cluster.core.listNamespacedPod.bind(cluster.core);
    // The third look, which is the second for this pod, finds it gone.
    cluster.core.listNamespacedPod = async (...args) => {
      if (++looks === 3) fake.objects.delete("Pod session-stack/redis-0");
      if (looks <= 3) assert.deepEqual(fake.changes, workloads);
      return list(...args);
    };
    await destroy(cluster, objects);
    assert.equal(fake.changes[2], "delete Namespace session-stack");
    assert.equal(looks, 4);
  });

  it("keeps the provisioner until it has removed the volumes of the stack's claims", async () => {
    const { objects, fake } = await deployed({}, volume("pvc-1", "nfs-client", "session-stack"));
    const { cluster } = fake;
    let looks = 0;
    const list = cluster.core.listPersistentVolume.bind(cluster.core);
    // The third look finds the volume gone.
    cluster.core.listPersistentVolume = async (...args) => {
      if (++looks === 3) fake.objects.delete("PersistentVolume pvc-1");
      assert.deepEqual(fake.changes, [...workloads, "delete Namespace session-stack"]);
      return list(...args);
    };
    await destroy(cluster, objects);
    assert.equal(looks, 3);
    assert.equal(fake.changes[3], storage[0]);
  });

  it("does not wait for volumes of another class or of another namespace", async () => {
    const others = [volume("a", "block", "session-stack"), volume("b", "nfs-client", "elsewhere")];
    const { objects, fake } = await deployed({}, ...others);
    await destroy(fake.cluster, objects);
    assert.deepEqual(fake.changes.slice(-4), clusterWide);
    assert.ok(fake.objects.has("PersistentVolume a") && fake.objects.has("PersistentVolume b"));
  });

  it("does it a second time without an error", async () => {
    const { objects, fake } = await deployed();
    await destroy(fake.cluster, objects);
    const first = [...fake.changes];
    fake.objects.clear();
    await destroy(fake.cluster, objects);
    assert.deepEqual(fake.changes, first);
  });

  it("removes object by object, and the claims, from a namespace that is somebody else's", async () => {
    const { objects, fake } = await deployed({ "namespace.create": false });
    await destroy(fake.cluster, objects);
    const claims =
      "delete PersistentVolumeClaims session-stack " +
      "app.kubernetes.io/instance=session-stack-local,app.kubernetes.io/name=redis";
    assert.deepEqual(
      fake.changes.map((change) => change.replace(/redis-config-[0-9a-f]{10}$/, "redis-config-HASH")),
      [
        ...workloads,
        "delete Ingress session-stack/app",
        "delete CronJob session-stack/session-store-restore",
        "delete Service session-stack/redis-read",
        "delete Service session-stack/redis-master",
        "delete Service session-stack/redis",
        "delete Service session-stack/app",
        "delete ConfigMap session-stack/redis-config-HASH",
        "delete Secret session-stack/session-store-users",
        "delete Secret session-stack/session-store",
        "delete Secret session-stack/session-secret",
        "delete PodDisruptionBudget session-stack/redis",
        "delete PodDisruptionBudget session-stack/app",
        "delete NetworkPolicy session-stack/session-store-restore",
        "delete NetworkPolicy session-stack/redis",
        "delete NetworkPolicy session-stack/app",
        claims,
        ...storage,
        ...clusterWide,
      ],
    );
  });

  it("removes the claims of a class by the cluster's own NFS driver, too, which keeps the directories", async () => {
    const { objects, fake } = await deployed({
      "namespace.create": false,
      storage: { kind: "nfs", nfs: { provisioner: "csi", server: "10.0.0.7", path: "/export" } },
    });
    await destroy(fake.cluster, objects);
    assert.deepEqual(
      fake.changes.filter((change) => /PersistentVolumeClaims|StorageClass/.test(change)),
      [
        "delete PersistentVolumeClaims session-stack " +
          "app.kubernetes.io/instance=session-stack-local,app.kubernetes.io/name=redis",
        "delete StorageClass nfs-client",
      ],
    );
  });

  it("touches nothing of the cluster's own class", async () => {
    const { objects, fake } = await deployed({ storage: { kind: "existing", className: "block" } });
    fake.objects.set("StorageClass block", object("StorageClass", "block"));
    await destroy(fake.cluster, objects);
    assert.deepEqual(fake.changes, [...workloads, "delete Namespace session-stack"]);
  });

  it("leaves claims of the cluster's own class in a namespace that is somebody else's: their data would go", async () => {
    const { objects, fake } = await deployed({
      "namespace.create": false,
      "store.backup": { schedule: "0 3 * * *" },
      storage: { kind: "existing", className: "block" },
    });
    assert.ok(fake.objects.has("PersistentVolumeClaim session-stack/session-store-backup"));
    await destroy(fake.cluster, objects);
    assert.deepEqual(
      fake.changes.filter((change) => change.includes("PersistentVolumeClaim")),
      [],
    );
    assert.deepEqual(fake.changes.slice(0, 2), workloads);
  });
});
