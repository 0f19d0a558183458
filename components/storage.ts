import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StorageSettings } from "../config/storage.ts";
import { NfsCsiStorage } from "./nfsCsiStorage.ts";
import { NfsStorage } from "./nfsStorage.ts";

/** Where the store's claims come from. */
export interface Storage {
  className: pulumi.Input<string>;
  accessMode: "ReadWriteMany" | "ReadWriteOnce";
  /** What must be there before, and stay until after, everything that holds a claim. */
  resources: pulumi.Resource[];
}

/** The class that the stack brings along on NFS, or one of the cluster's own, which is taken for block storage. */
export function createStorage(
  { className, ...settings }: StorageSettings,
  { instance, namespace }: { instance: string; namespace: string },
  provider: k8s.Provider,
): Storage {
  if (settings.kind === "existing") return { className, accessMode: "ReadWriteOnce", resources: [] };
  const { nfs } = settings;
  const { server, path, mountOptions, directories, prefix = instance } = nfs;
  const args = { instance, className, server, path, mountOptions, directories, prefix };
  const storage =
    nfs.provisioner === "csi"
      ? new NfsCsiStorage("storage", args, { provider })
      : new NfsStorage(
          "storage",
          { ...args, image: nfs.provisionerImage, namespace: `${namespace}-storage` },
          { provider },
        );
  return { className: storage.className, accessMode: "ReadWriteMany", resources: [storage] };
}
