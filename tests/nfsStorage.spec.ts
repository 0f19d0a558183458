import assert from "node:assert/strict";
import { pathPattern, stableDirectory } from "../components/nfs.ts";
import { NfsStorage, type NfsStorageArgs } from "../components/nfsStorage.ts";
import { children, run, valueOf } from "./mocks.ts";

// Not proved here: the order of deletion, that the class is replaced when it must be, and that the API server and a
// provisioner accept the objects.

const args: NfsStorageArgs = {
  instance: "shop-dev",
  namespace: "shop-storage",
  className: "nfs-client",
  server: "nfs.example.internal",
  path: "/exports/sessions",
  mountOptions: ["nfsvers=4.1", "hard"],
  directories: "stable",
  prefix: "shop",
  image: "registry.example/provisioner:1",
};

const type = "session-stack:index:NfsStorage";
const selector = { "app.kubernetes.io/name": "nfs-provisioner", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "storage",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};
const namespace = "shop-storage";

const create = (overrides: Partial<NfsStorageArgs> = {}) =>
  run(() => new NfsStorage("storage", { ...args, ...overrides }));
/** The objects by kind, without what the SDK adds to every one of them. */
async function object(resourceType: string, name: string, overrides?: Partial<NfsStorageArgs>) {
  const { apiVersion, kind, ...rest } = (await create(overrides)).find(resourceType, name).inputs;
  assert.equal(typeof apiVersion, "string");
  assert.equal(resourceType.endsWith(`:${String(kind)}`), true);
  return rest;
}

describe("NfsStorage", () => {
  it("makes these objects below itself", async () => {
    assert.deepEqual(children(await create(), type), [
      "kubernetes:apps/v1:Deployment storage-provisioner",
      "kubernetes:core/v1:Namespace storage-namespace",
      "kubernetes:core/v1:PersistentVolume storage-export",
      "kubernetes:core/v1:PersistentVolumeClaim storage-claim",
      "kubernetes:core/v1:ServiceAccount storage-account",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy storage-policy",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole storage-clusterrole",
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding storage-clusterrolebinding",
      "kubernetes:rbac.authorization.k8s.io/v1:Role storage-role",
      "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding storage-rolebinding",
      "kubernetes:storage.k8s.io/v1:StorageClass storage-class",
    ]);
  });

  describe("the class", () => {
    const stable = {
      metadata: { name: "nfs-client", labels },
      provisioner: "shop-dev/nfs-subdir",
      parameters: { onDelete: "retain", pathPattern: "shop-${.PVC.namespace}-${.PVC.name}" },
      mountOptions: ["nfsvers=4.1", "hard"],
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: false,
    };

    it("gives a claim made again its old directory", async () => {
      assert.deepEqual(await object("kubernetes:storage.k8s.io/v1:StorageClass", "storage-class"), stable);
    });

    it("gives every volume a new directory when they are to be unique", async () => {
      const actual = await object("kubernetes:storage.k8s.io/v1:StorageClass", "storage-class", {
        directories: "unique",
      });
      assert.deepEqual(actual, { ...stable, parameters: { onDelete: "retain" } });
    });

    it("gives a directory that is known beforehand", () => {
      const { pathPattern: pattern = "" } = pathPattern("stable", "shop");
      const made = pattern.replace("${.PVC.namespace}", "shop-dev").replace("${.PVC.name}", "data-redis-0");
      assert.equal(made, "shop-shop-dev-data-redis-0");
      assert.equal(stableDirectory("shop", "shop-dev", "data-redis-0"), made);
    });

    it("is the component's output", async () => {
      const { result } = await create({ className: "sessions" });
      assert.equal(await valueOf(result.className), "sessions");
    });
  });

  it("has a namespace of its own, in which Pod Security restricted is enforced", async () => {
    assert.deepEqual(await object("kubernetes:core/v1:Namespace", "storage-namespace"), {
      metadata: {
        name: namespace,
        labels: {
          ...labels,
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
  });

  it("may do what provisioning needs, cluster-wide", async () => {
    const roles = "kubernetes:rbac.authorization.k8s.io/v1:";
    const metadata = { name: "shop-dev-nfs-provisioner", labels };
    assert.deepEqual(await object(`${roles}ClusterRole`, "storage-clusterrole"), {
      metadata,
      rules: [
        { apiGroups: [""], resources: ["nodes"], verbs: ["get", "list", "watch"] },
        {
          apiGroups: [""],
          resources: ["persistentvolumes"],
          verbs: ["get", "list", "watch", "create", "delete", "patch"],
        },
        { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["get", "list", "watch", "update"] },
        { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: ["get", "list", "watch"] },
        { apiGroups: [""], resources: ["events"], verbs: ["create", "update", "patch"] },
      ],
    });
    assert.deepEqual(await object(`${roles}ClusterRoleBinding`, "storage-clusterrolebinding"), {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "shop-dev-nfs-provisioner" },
      subjects: [{ kind: "ServiceAccount", name: "nfs-provisioner", namespace }],
    });
  });

  it("lets nobody connect to the provisioner", async () => {
    assert.deepEqual(await object("kubernetes:networking.k8s.io/v1:NetworkPolicy", "storage-policy"), {
      metadata: { name: "nfs-provisioner", namespace, labels },
      spec: { podSelector: { matchLabels: selector }, policyTypes: ["Ingress"] },
    });
  });

  it("may hold both kinds of lock, in its own namespace alone", async () => {
    const roles = "kubernetes:rbac.authorization.k8s.io/v1:";
    const metadata = { name: "nfs-provisioner-lock", namespace, labels };
    const verbs = ["get", "list", "watch", "create", "update", "patch"];
    assert.deepEqual(await object(`${roles}Role`, "storage-role"), {
      metadata,
      rules: [
        { apiGroups: [""], resources: ["endpoints"], verbs },
        { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs },
      ],
    });
    assert.deepEqual(await object(`${roles}RoleBinding`, "storage-rolebinding"), {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "nfs-provisioner-lock" },
      subjects: [{ kind: "ServiceAccount", name: "nfs-provisioner", namespace }],
    });
    assert.deepEqual(await object("kubernetes:core/v1:ServiceAccount", "storage-account"), {
      metadata: { name: "nfs-provisioner", namespace, labels },
    });
  });

  it("mounts the export by a volume that only its own claim can have", async () => {
    assert.deepEqual(await object("kubernetes:core/v1:PersistentVolume", "storage-export"), {
      metadata: { name: "shop-dev-nfs-export", labels },
      spec: {
        capacity: { storage: "1Mi" },
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        persistentVolumeReclaimPolicy: "Retain",
        mountOptions: ["nfsvers=4.1", "hard"],
        nfs: { server: "nfs.example.internal", path: "/exports/sessions" },
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace, name: "nfs-export" },
      },
    });
    assert.deepEqual(await object("kubernetes:core/v1:PersistentVolumeClaim", "storage-claim"), {
      metadata: { name: "nfs-export", namespace, labels },
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        volumeName: "shop-dev-nfs-export",
        resources: { requests: { storage: "1Mi" } },
      },
    });
  });

  it("runs one provisioner, as nobody and restricted", async () => {
    assert.deepEqual(await object("kubernetes:apps/v1:Deployment", "storage-provisioner"), {
      metadata: { name: "nfs-provisioner", namespace, labels },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: "nfs-provisioner",
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65534,
              runAsGroup: 65534,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "provisioner",
                image: "registry.example/provisioner:1",
                env: [
                  { name: "PROVISIONER_NAME", value: "shop-dev/nfs-subdir" },
                  { name: "NFS_SERVER", value: "nfs.example.internal" },
                  { name: "NFS_PATH", value: "/exports/sessions" },
                ],
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                volumeMounts: [{ name: "export", mountPath: "/persistentvolumes" }],
              },
            ],
            volumes: [{ name: "export", persistentVolumeClaim: { claimName: "nfs-export" } }],
          },
        },
      },
    });
  });

  it("does not collide with another stack's: their cluster-wide names differ", async () => {
    const { resources } = await run(() => {
      new NfsStorage("one", args);
      new NfsStorage("two", { ...args, instance: "shop-prod", namespace: "prod-storage", className: "prod" });
    });
    const identities = resources.map(({ inputs }) => {
      const metadata = inputs.metadata as { name: string; namespace?: string } | undefined;
      return [inputs.kind, metadata?.namespace, metadata?.name].join(" ");
    });
    const made = identities.filter((identity) => identity.trim() !== "");
    assert.equal(made.length, 22);
    assert.equal(new Set(made).size, 22);
    const provisioners = resources.flatMap(({ inputs }) => inputs.provisioner ?? []);
    assert.deepEqual(provisioners.sort(), ["shop-dev/nfs-subdir", "shop-prod/nfs-subdir"]);
  });
});
