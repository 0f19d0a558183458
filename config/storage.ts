import { z } from "zod";
import { dnsLabel, dnsName, imageReference, object, oneOf, oneOfThe, text } from "./fields.ts";

/** Where the store's volumes come from. */

/** Options that would trade acknowledged writes for liveness, or break the single-writer lock. */
const unsafeMountOptions = /^(soft|softerr|nolock|local_lock=.*)$/;

/** "/" alone is an export, too: the pseudo root of an NFSv4 server, and what managed file services export. */
const exportPath = () =>
  text(/^\/\S*$/, "must be an absolute path: it starts with / and has no spaces").refine(
    (path) => !path.startsWith("/") || path === "/" || /^(\/(?!\.{1,2}(\/|$))[^/]+)+$/.test(path),
    "must be written the shortest way: no / at its end, no empty part, no . or ..",
  );

/** The provisioner for subdir deletes a nested directory by its last part alone (nfs-subdir-external-provisioner#91). */
const prefix = () =>
  z
    .unknown()
    .refine((value) => !(typeof value === "string" && value.includes("/")), {
      error: "must be one directory's name without /: a nested directory would be deleted by its last part alone",
      abort: true,
    })
    .pipe(dnsLabel())
    .meta({ shapes: [dnsLabel()] });

const nfs = {
  server: dnsName().describe("name or address of the NFS server"),
  path: exportPath().describe("the export; `/` is the pseudo root of NFSv4"),
  directories: oneOf(["stable", "unique"])
    .default("stable")
    .describe("`stable`: `<prefix>-<namespace>-<claim>`, found again after a redeploy; `unique`: new for every volume"),
  prefix: prefix()
    .optional()
    .meta({ description: "first part of a stable directory's name", otherwise: "`<project>-<stack>`" }),
  mountOptions: z
    .array(
      text(/^[\w.=:/-]+$/, "must be a mount option such as nfsvers=4.1").refine(
        (option) => !unsafeMountOptions.test(option),
        "must not lose acknowledged writes or locks, as soft, softerr, nolock and local_lock do",
      ),
      "must be a list of mount options",
    )
    .default(["nfsvers=4.1", "hard", "noatime"])
    .describe("of every volume; `soft`, `softerr`, `nolock` and `local_lock` are refused"),
};

/** Who makes the directories: a provisioner that the stack brings along, or the cluster's csi-driver-nfs. */
const provisioned = z.discriminatedUnion(
  "provisioner",
  [
    object({
      provisioner: z
        .literal("subdir")
        .default("subdir")
        .describe("nfs-subdir-external-provisioner, which the stack brings along"),
      provisionerImage: imageReference()
        .default("registry.k8s.io/sig-storage/nfs-subdir-external-provisioner:v4.0.2")
        .describe("for clusters with a registry of their own"),
      ...nfs,
    }),
    object({
      provisioner: z.literal("csi").describe("csi-driver-nfs, which the cluster's owner has installed"),
      ...nfs,
    }),
  ],
  oneOfThe("provisioner", ["subdir", "csi"]),
);

const className = () => dnsName();

export const storage = z.discriminatedUnion(
  "kind",
  [
    object({
      kind: z.literal("nfs").describe("directories on an NFS export, with a storage class of the stack's own"),
      className: className().default("nfs-client").describe("name of the class that is made"),
      nfs: provisioned.describe("the export, and who makes directories on it"),
    }),
    object({
      kind: z.literal("existing").describe("a storage class of the cluster, such as block storage"),
      className: className().describe("name of the class that is used"),
    }),
  ],
  oneOfThe("kind", ["nfs", "existing"]),
);

export type StorageSettings = z.output<typeof storage>;
