import assert from "node:assert/strict";
import { NfsCsiStorage, type NfsCsiStorageArgs } from "../components/nfsCsiStorage.ts";
import { children, run, valueOf } from "./mocks.ts";

// Not proved here: that csi-driver-nfs, which is the cluster's own, makes the directories that its documentation says.

const args: NfsCsiStorageArgs = {
  instance: "shop-dev",
  className: "nfs-client",
  server: "nfs.example.internal",
  path: "/exports/sessions",
  mountOptions: ["nfsvers=4.1", "hard"],
  directories: "stable",
  prefix: "shop",
};

const create = (overrides: Partial<NfsCsiStorageArgs> = {}) =>
  run(() => new NfsCsiStorage("storage", { ...args, ...overrides }));

async function storageClass(overrides?: Partial<NfsCsiStorageArgs>) {
  return (await create(overrides)).find("kubernetes:storage.k8s.io/v1:StorageClass", "storage-class").inputs;
}

const parameters = {
  server: "nfs.example.internal",
  share: "/exports/sessions",
  subDir: "shop-${pvc.metadata.namespace}-${pvc.metadata.name}",
  onDelete: "retain",
  mountPermissions: "0",
};

describe("NfsCsiStorage", () => {
  it("makes a class and nothing else, for the driver is the cluster's own", async () => {
    const made = await create({ className: "sessions" });
    assert.deepEqual(children(made, "session-stack:index:NfsCsiStorage"), [
      "kubernetes:storage.k8s.io/v1:StorageClass storage-class",
    ]);
    assert.equal(await valueOf(made.result.className), "sessions");
  });

  it("gives a claim made again its old directory", async () => {
    assert.deepEqual(await storageClass(), {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: "nfs-client",
        labels: {
          "app.kubernetes.io/name": "nfs-csi",
          "app.kubernetes.io/instance": "shop-dev",
          "app.kubernetes.io/component": "storage",
          "app.kubernetes.io/part-of": "session-stack",
          "app.kubernetes.io/managed-by": "session-stack",
        },
      },
      provisioner: "nfs.csi.k8s.io",
      parameters,
      mountOptions: ["nfsvers=4.1", "hard"],
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: true,
    });
  });

  it("gives every volume a new directory when they are to be unique", async () => {
    const { parameters: unique } = await storageClass({ directories: "unique" });
    assert.deepEqual(unique, { ...parameters, subDir: `${parameters.subDir}-\${pv.metadata.name}` });
  });
});
