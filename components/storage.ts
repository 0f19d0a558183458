import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { NfsStorage, type NfsStorageArgs } from "./nfsStorage.ts";

export type StorageArgs =
  | { kind: "existing"; className: string }
  | {
      kind: "nfs";
      className: string;
      nfs: Omit<NfsStorageArgs, "instance" | "namespace" | "className" | "image" | "prefix"> & {
        prefix?: string;
        provisionerImage: string;
      };
    };

/** Where the store's claims come from. */
export interface Storage {
  className: pulumi.Input<string>;
  accessMode: "ReadWriteMany" | "ReadWriteOnce";
  /** What must be there before, and stay until after, everything that holds a claim. */
  resources: pulumi.Resource[];
}

/** The class that the stack brings along on NFS, or one of the cluster's own, which is taken for block storage. */
export function createStorage(
  args: StorageArgs,
  stack: { instance: string; namespace: string },
  provider: k8s.Provider,
): Storage {
  if (args.kind === "existing") return { className: args.className, accessMode: "ReadWriteOnce", resources: [] };
  const { provisionerImage: image, prefix = stack.instance, ...nfs } = args.nfs;
  const storage = new NfsStorage(
    "storage",
    {
      ...nfs,
      prefix,
      image,
      className: args.className,
      instance: stack.instance,
      namespace: `${stack.namespace}-storage`,
    },
    { provider },
  );
  return { className: storage.className, accessMode: "ReadWriteMany", resources: [storage] };
}
