import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels } from "./labels.ts";
import { csiParameters, type Directories } from "./nfs.ts";

export interface NfsCsiStorageArgs {
  /** Owner of the class. */
  instance: string;
  /** Name of the StorageClass. */
  className: string;
  /** Host name or address of the NFS server, as the nodes reach it. */
  server: string;
  /** Exported directory. */
  path: string;
  /** Options of every mount. Copied to a volume when it is made: later changes reach new ones only. */
  mountOptions: string[];
  /** `stable`: a claim made again finds its directory, `<prefix>-<namespace>-<claim>`. `unique`: each volume gets a new one. */
  directories: Directories;
  prefix: string;
}

/**
 * An NFS export as a StorageClass of csi-driver-nfs, which the cluster's owner has installed.
 *
 * Deleting a volume keeps its directory (`onDelete: retain`). The class must outlive the claims: whatever holds claims
 * depends on this component.
 */
export class NfsCsiStorage extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;

  constructor(name: string, args: NfsCsiStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:NfsCsiStorage", name, args, opts);
    const storageClass = new k8s.storage.v1.StorageClass(
      `${name}-class`,
      {
        metadata: { name: args.className, labels: labels({ name: "nfs-csi", instance: args.instance }, "storage") },
        provisioner: "nfs.csi.k8s.io",
        parameters: csiParameters(args),
        mountOptions: args.mountOptions,
        reclaimPolicy: "Delete",
        volumeBindingMode: "Immediate",
        allowVolumeExpansion: true,
      },
      // Immutable in the API, yet not known as such to the provider (rook#16155).
      { parent: this, replaceOnChanges: ["reclaimPolicy", "volumeBindingMode"], deleteBeforeReplace: true },
    );
    this.className = storageClass.metadata.name;
    this.registerOutputs({ className: this.className });
  }
}
