import assert from "node:assert/strict";
import { nfs, problemsOf, read, refuses, type Refusal } from "./configs.ts";

// Whether the server exports the path and the class exists is not known here.

const label = 'must be a DNS label of at most 63 characters: lower-case letters, digits and "-"';
const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const path = "must be an absolute path: it starts with / and has no spaces";
const shortest = "must be written the shortest way: no / at its end, no empty part, no . or ..";
const subdirKeys = "provisioner, provisionerImage, server, path, directories, prefix, mountOptions";
const csiKeys = "provisioner, server, path, directories, prefix, mountOptions";

describe("configuration of storage", () => {
  it("takes every key of NFS", async () => {
    const storage = {
      kind: "nfs",
      className: "sessions",
      nfs: {
        server: "10.0.0.7",
        path: "/exports/sessions",
        provisioner: "subdir",
        provisionerImage: "registry.example:5000/nfs_subdir/provisioner:4.1@sha256:" + "0".repeat(64),
        directories: "unique",
        prefix: "shop-prod",
        mountOptions: ["nfsvers=4.2", "hard", "timeo=600", "sec=krb5:p"],
      },
    };
    assert.deepEqual((await read({ storage })).storage, storage);
  });

  it("takes every key of NFS by csi-driver-nfs, and fills in its defaults", async () => {
    const csi = {
      provisioner: "csi",
      server: "10.0.0.7",
      path: "/",
      directories: "unique",
      prefix: "shop-prod",
      mountOptions: ["hard"],
    };
    const storage = { kind: "nfs", className: "sessions", nfs: csi };
    assert.deepEqual((await read({ storage })).storage, storage);
    const least = { kind: "nfs", nfs: { provisioner: "csi", server: "10.0.0.7", path: "/exports" } };
    assert.deepEqual((await read({ storage: least })).storage, {
      kind: "nfs",
      className: "nfs-client",
      nfs: { ...least.nfs, directories: "stable", mountOptions: ["nfsvers=4.1", "hard", "noatime"] },
    });
  });

  refuses("storage", [
    [undefined, " is missing: it must be an object whose kind is nfs or existing"],
    [null, " must be an object whose kind is nfs or existing, got null"],
    ["nfs", ' must be an object whose kind is nfs or existing, got "nfs"'],
    [[], " must be an object whose kind is nfs or existing"],
    [{ className: "block" }, ".kind is missing: it must be nfs or existing"],
    [{ kind: "block" }, '.kind must be nfs or existing, got "block"'],
    [{ kind: null }, ".kind must be nfs or existing, got null"],
    [{ kind: "existing" }, ".className is missing: it must be a DNS name in lower case"],
    [{ kind: "existing", className: "Block" }, '.className must be a DNS name in lower case, got "Block"'],
    [
      { kind: "existing", className: "block", nfs: {}, size: "1Gi" },
      ".nfs is not a key of kind existing; allowed: kind, className",
      ".size is not a key of kind existing; allowed: kind, className",
    ],
    [{ kind: "nfs" }, ".nfs is missing: it must be an object whose provisioner is subdir or csi"],
    [{ ...nfs, server: "x" }, ".server is not a key of kind nfs; allowed: kind, className, nfs"],
    [
      { kind: "nfs", nfs: "10.0.0.7:/exports" },
      '.nfs must be an object whose provisioner is subdir or csi, got "10.0.0.7:/exports"',
    ],
    [
      { kind: "nfs", nfs: {} },
      ".nfs.server is missing: it must be a DNS name in lower case",
      `.nfs.path is missing: it ${path}`,
    ],
  ]);

  describe("nfs", () => {
    const refusals: [key: string, value: unknown, ...lines: string[]][] = [
      ["server", "nfs_1.example", ' must be a DNS name in lower case, got "nfs_1.example"'],
      ["server", `${"a".repeat(64)}.example`, ` must be a DNS name in lower case, got "${"a".repeat(64)}.example"`],
      ["server", `nfs.${"a".repeat(64)}`, ` must be a DNS name in lower case, got "nfs.${"a".repeat(64)}"`],
      ["server", "a.".repeat(126) + "aa", ` must be a DNS name in lower case, got "${"a.".repeat(126)}aa"`],
      ["server", "nfs:/exports", ' must be a DNS name in lower case, got "nfs:/exports"'],
      ["path", "exports", ` ${path}, got "exports"`],
      ["path", "/a b", ` ${path}, got "/a b"`],
      ...["/exports/", "//", "/a//b", "/a/../b", "/a/.", "/.."].map((given): [string, unknown, string] => [
        "path",
        given,
        ` ${shortest}, got "${given}"`,
      ]),
      ["provisioner", "ganesha", ' must be subdir or csi, got "ganesha"'],
      ["provisionerImage", "http://registry.k8s.io/x", ` ${image}, got "http://registry.k8s.io/x"`],
      ["directories", "flat", ' must be stable or unique, got "flat"'],
      [
        "prefix",
        "shop/prod",
        ' must be one directory\'s name without /: a nested directory would be deleted by its last part alone, got "shop/prod"',
      ],
      ["prefix", "Shop", ` ${label}, got "Shop"`],
      ["prefix", 7, ` ${label}, got 7`],
      ["prefix", "", ` ${label}, got ""`],
      ["mountOptions", "hard", ' must be a list of mount options, got "hard"'],
      ["mountOptions", { hard: true }, " must be a list of mount options"],
      [
        "mountOptions",
        ["hard,intr", 7],
        '.0 must be a mount option such as nfsvers=4.1, got "hard,intr"',
        ".1 must be a mount option such as nfsvers=4.1, got 7",
      ],
      [
        "mountOptions",
        ["soft", "softerr", "nolock", "local_lock=all"],
        ...["soft", "softerr", "nolock", "local_lock=all"].map(
          (option, index) =>
            `.${index} must not lose acknowledged writes or locks, as soft, softerr, nolock and local_lock do, got "${option}"`,
        ),
      ],
    ];
    refuses(
      "storage",
      refusals.map(([key, value, ...lines]): Refusal => [
        { ...nfs, nfs: { ...nfs.nfs, [key]: value } },
        ...lines.map((line) => `.nfs.${key}${line}`),
      ]),
    );

    it("refuses a key that it does not know", async () => {
      assert.deepEqual(await problemsOf({ storage: { ...nfs, nfs: { ...nfs.nfs, share: "/x" } } }), [
        `shop:storage.nfs.share is not a key of provisioner subdir; allowed: ${subdirKeys}`,
      ]);
    });

    it("refuses an image for the driver, which is its owner's", async () => {
      const csi = { ...nfs.nfs, provisioner: "csi", provisionerImage: "registry.example/csi:1" };
      assert.deepEqual(await problemsOf({ storage: { ...nfs, nfs: csi } }), [
        `shop:storage.nfs.provisionerImage is not a key of provisioner csi; allowed: ${csiKeys}`,
      ]);
    });
  });
});
