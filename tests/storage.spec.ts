import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import { createStorage } from "../components/storage.ts";
import { run } from "./mocks.ts";

// Whether a class of the cluster's own is block storage cannot be seen here.

describe("storage", () => {
  const stack = { instance: "shop-dev", namespace: "shop" };
  const provider = () => new k8s.Provider("cluster", { context: "kind" });

  it("of kind existing makes nothing and takes the class for block storage", async () => {
    const { result, resources } = await run(() =>
      createStorage({ kind: "existing", className: "block" }, stack, provider()),
    );
    assert.deepEqual(result, { className: "block", accessMode: "ReadWriteOnce", resources: [] });
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["pulumi:providers:kubernetes"],
    );
  });

  it("of kind nfs puts the provisioner beside the stack's namespace, and the instance into directories", async () => {
    const nfs = {
      server: "nfs.example.internal",
      path: "/exports/sessions",
      mountOptions: ["hard"],
      directories: "stable" as const,
      provisioner: "subdir" as const,
      provisionerImage: "registry.example/provisioner:1",
    };
    const made = await run(() => createStorage({ kind: "nfs", className: "nfs-client", nfs }, stack, provider()));
    assert.equal(made.result.accessMode, "ReadWriteMany");
    assert.equal(made.result.resources.length, 1);
    const { metadata } = made.find("kubernetes:core/v1:Namespace", "storage-namespace").inputs;
    assert.equal((metadata as { name: string }).name, "shop-storage");
    const { parameters } = made.find("kubernetes:storage.k8s.io/v1:StorageClass", "storage-class").inputs;
    assert.deepEqual(parameters, {
      onDelete: "retain",
      pathPattern: "shop-dev-${.PVC.namespace}-${.PVC.name}",
    });
  });

  it("of kind nfs by the cluster's driver makes a class alone", async () => {
    const nfs = {
      server: "nfs.example.internal",
      path: "/exports/sessions",
      mountOptions: ["hard"],
      directories: "stable" as const,
      provisioner: "csi" as const,
    };
    const made = await run(() => createStorage({ kind: "nfs", className: "nfs-client", nfs }, stack, provider()));
    assert.equal(made.result.accessMode, "ReadWriteMany");
    assert.equal(made.result.resources.length, 1);
    const objects = made.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.deepEqual(
      objects.map(({ type }) => type),
      ["kubernetes:storage.k8s.io/v1:StorageClass"],
    );
    const { subDir } = objects[0]?.inputs.parameters as { subDir: string };
    assert.equal(subDir, "shop-dev-${pvc.metadata.namespace}-${pvc.metadata.name}");
  });
});
