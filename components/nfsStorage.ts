import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labels, namespaceSecurity, selectorLabels, type Labels } from "./labels.ts";
import { claimedVolume, leaderElectionRules, pathPattern, provisionerRules, type Directories } from "./nfs.ts";
import { restrictedContainer, restrictedPod } from "./podSecurity.ts";

export interface NfsStorageArgs {
  /** Owner of the cluster-scoped objects, part of their names: two stacks never share a provisioner. */
  instance: string;
  /** Namespace of the provisioner, made by this component: it must outlive the claims it serves. */
  namespace: string;
  /** Name of the StorageClass. */
  className: string;
  /** Host name or address of the NFS server, as the nodes reach it. */
  server: string;
  /** Exported directory; uid 65534 must be able to write to it. */
  path: string;
  /** Options of every mount, the provisioner's own too. Copied to a volume when it is made: later changes reach new ones only. */
  mountOptions: string[];
  /** `stable`: a claim made again finds its directory, `<prefix>-<namespace>-<claim>`. `unique`: each volume gets a new one. */
  directories: Directories;
  prefix: string;
  /** nfs-subdir-external-provisioner, or what takes its environment and parameters. */
  image: string;
}

/** Seconds the provisioner lingers, so that it still removes the volumes whose claims went just before it. */
const lingerSeconds = 5;

/** User of the provisioner: `nobody`, whom exports are commonly made for. */
const nobody = 65534;

/**
 * An NFS export as a StorageClass: the provisioner with its permissions, and the class.
 *
 * Deleting a volume keeps its directory (`onDelete: retain`). Both the class and the provisioner must outlive the
 * claims: whatever holds claims depends on this component.
 */
export class NfsStorage extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;

  constructor(name: string, args: NfsStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:NfsStorage", name, args, opts);
    const context = { name, args, parent: this };

    const storageClass = createClass(context);
    const namespace = createNamespace(context);
    createNetworkPolicy(context, namespace);
    const account = createServiceAccount(context, namespace);
    const permissions = createPermissions(context, account);
    const claim = createExportClaim(context, namespace);
    createProvisioner(context, account, claim, [storageClass, ...permissions]);

    this.className = storageClass.metadata.name;
    this.registerOutputs({ className: this.className });
  }
}

interface Context {
  name: string;
  args: NfsStorageArgs;
  parent: pulumi.Resource;
}

const identity = (args: NfsStorageArgs) => ({ name: "nfs-provisioner", instance: args.instance });

function metadata({ args }: Context, name: string, extra: Labels = {}) {
  return { name, labels: { ...labels(identity(args), "storage"), ...extra } };
}

function provisionerName(args: NfsStorageArgs): string {
  return `${args.instance}/nfs-subdir`;
}

function createClass(context: Context) {
  const { name, args, parent } = context;
  return new k8s.storage.v1.StorageClass(
    `${name}-class`,
    {
      metadata: metadata(context, args.className),
      provisioner: provisionerName(args),
      parameters: { onDelete: "retain", ...pathPattern(args.directories, args.prefix) },
      mountOptions: args.mountOptions,
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: false,
    },
    // Immutable in the API, yet not known as such to the provider (rook#16155).
    { parent, replaceOnChanges: ["reclaimPolicy", "volumeBindingMode"], deleteBeforeReplace: true },
  );
}

function createNamespace(context: Context) {
  const { name, args, parent } = context;
  return new k8s.core.v1.Namespace(
    `${name}-namespace`,
    { metadata: metadata(context, args.namespace, namespaceSecurity("restricted")) },
    { parent },
  );
}

/** Nobody connects to the provisioner: it asks the API server for work. */
function createNetworkPolicy(context: Context, namespace: k8s.core.v1.Namespace) {
  const { name, args, parent } = context;
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-policy`,
    {
      metadata: { ...metadata(context, "nfs-provisioner"), namespace: namespace.metadata.name },
      spec: { podSelector: { matchLabels: selectorLabels(identity(args)) }, policyTypes: ["Ingress"] },
    },
    { parent },
  );
}

function createServiceAccount(context: Context, namespace: k8s.core.v1.Namespace) {
  const { name, parent } = context;
  return new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata: { ...metadata(context, "nfs-provisioner"), namespace: namespace.metadata.name } },
    { parent },
  );
}

function createPermissions(context: Context, account: k8s.core.v1.ServiceAccount): pulumi.Resource[] {
  const { name, args, parent } = context;
  const namespace = account.metadata.namespace;
  const subjects = [{ kind: "ServiceAccount", name: account.metadata.name, namespace }];
  const clusterWide = metadata(context, `${args.instance}-nfs-provisioner`);
  const local = { ...metadata(context, "nfs-provisioner-lock"), namespace };

  const clusterRole = new k8s.rbac.v1.ClusterRole(
    `${name}-clusterrole`,
    { metadata: clusterWide, rules: provisionerRules },
    { parent },
  );
  const clusterBinding = new k8s.rbac.v1.ClusterRoleBinding(
    `${name}-clusterrolebinding`,
    { metadata: clusterWide, roleRef: reference("ClusterRole", clusterRole), subjects },
    { parent },
  );
  const role = new k8s.rbac.v1.Role(`${name}-role`, { metadata: local, rules: leaderElectionRules }, { parent });
  const binding = new k8s.rbac.v1.RoleBinding(
    `${name}-rolebinding`,
    { metadata: local, roleRef: reference("Role", role), subjects },
    { parent },
  );
  return [clusterBinding, binding];
}

function reference(kind: string, role: k8s.rbac.v1.Role | k8s.rbac.v1.ClusterRole) {
  return { apiGroup: "rbac.authorization.k8s.io", kind, name: role.metadata.name };
}

/** The export as a static volume and its claim: an inline `nfs` volume breaks *restricted* and takes no mount options. */
function createExportClaim(context: Context, namespace: k8s.core.v1.Namespace) {
  const { name, args, parent } = context;
  const claimName = "nfs-export";
  const volume = new k8s.core.v1.PersistentVolume(
    `${name}-export`,
    { metadata: metadata(context, `${args.instance}-nfs-export`), spec: claimedVolume(args, claimName) },
    { parent },
  );
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-claim`,
    {
      metadata: { ...metadata(context, claimName), namespace: namespace.metadata.name },
      spec: {
        accessModes: ["ReadWriteMany"],
        storageClassName: "",
        volumeName: volume.metadata.name,
        resources: { requests: { storage: "1Mi" } },
      },
    },
    { parent },
  );
}

function createProvisioner(
  context: Context,
  account: k8s.core.v1.ServiceAccount,
  claim: k8s.core.v1.PersistentVolumeClaim,
  dependsOn: pulumi.Resource[],
) {
  const { name, args, parent } = context;
  const mount = { name: "export", mountPath: "/persistentvolumes" };
  return new k8s.apps.v1.Deployment(
    `${name}-provisioner`,
    {
      metadata: { ...metadata(context, "nfs-provisioner"), namespace: account.metadata.namespace },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selectorLabels(identity(args)) },
        template: {
          metadata: { labels: labels(identity(args), "storage") },
          spec: {
            serviceAccountName: account.metadata.name,
            securityContext: restrictedPod(nobody),
            containers: [
              {
                name: "provisioner",
                image: args.image,
                env: [
                  { name: "PROVISIONER_NAME", value: provisionerName(args) },
                  { name: "NFS_SERVER", value: args.server },
                  { name: "NFS_PATH", value: args.path },
                ],
                securityContext: { ...restrictedContainer, readOnlyRootFilesystem: true },
                resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                lifecycle: { preStop: { sleep: { seconds: lingerSeconds } } },
                volumeMounts: [mount],
              },
            ],
            volumes: [{ name: mount.name, persistentVolumeClaim: { claimName: claim.metadata.name } }],
          },
        },
      },
    },
    { parent, dependsOn, customTimeouts: { create: "3m", update: "3m" } },
  );
}
