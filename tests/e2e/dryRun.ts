import { PatchStrategy } from "@kubernetes/client-node";
import { apiMessage, type Cluster } from "../../deploy/cluster.ts";
import { unknownKinds } from "../../deploy/kinds.ts";
import { describe as describeObject, type KubernetesObject } from "../../render/objects.ts";

/** A level of Pod Security. @see https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export type Level = "restricted" | "baseline";

/** A namespace that enforces a level of Pod Security, in which objects can be tried without being made. */
export class DryRun {
  readonly #cluster: Cluster;
  readonly #namespace: string;

  private constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.#namespace = namespace;
  }

  static async create(cluster: Cluster, namespace: string, level: Level): Promise<DryRun> {
    const labels = { "pod-security.kubernetes.io/enforce": level };
    await cluster.core.createNamespace({ body: { metadata: { name: namespace, labels } } });
    // That of the provisioner's pod, which is refused without it.
    await cluster.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: "nfs-provisioner" } } });
    return new DryRun(cluster, namespace);
  }

  async remove(): Promise<void> {
    await this.#cluster.core.deleteNamespace({ name: this.#namespace });
  }

  /**
   * Tries objects, and a pod of each of their workloads. Those of kinds that the cluster lacks are left out.
   * @throws Error with the API server's reason and the object when it would refuse one.
   */
  async accept(objects: KubernetesObject[]): Promise<void> {
    const unknown = await unknownKinds(this.#cluster, objects);
    const known = objects.filter((object) => !unknown.includes(object));
    for (const object of known.flatMap((one) => [one, ...podOf(one)])) await this.#acceptOne(this.#moved(object));
  }

  async #acceptOne(object: KubernetesObject): Promise<void> {
    const { objects: api } = this.#cluster;
    try {
      await api.patch(object, undefined, "All", "session-stack", true, PatchStrategy.ServerSideApply);
    } catch (error) {
      throw new Error(`${describeObject(object)}: ${apiMessage(error)}\n${JSON.stringify(object)}`, { cause: error });
    }
  }

  /**
   * The object in the namespace. Cluster-wide ones get a name of their own: under theirs one may exist that cannot be
   * changed into them.
   */
  #moved({ metadata, ...rest }: KubernetesObject): KubernetesObject {
    const isClusterWide = metadata.namespace === undefined;
    const place = isClusterWide ? { name: `${metadata.name}-dry` } : { namespace: this.#namespace };
    return { ...rest, metadata: { ...metadata, ...place } };
  }
}

interface PodTemplate {
  metadata: { labels: Record<string, string> };
  spec: { volumes?: object[] };
}

/** A pod as a workload's controller would make it, for Pod Security refuses pods and not workloads. */
function podOf({ kind, metadata, spec }: KubernetesObject): KubernetesObject[] {
  const template = templateOf(kind, spec);
  if (template === undefined) return [];
  const claims = (spec?.volumeClaimTemplates ?? []) as { metadata: { name: string } }[];
  const volumes = [
    ...(template.spec.volumes ?? []),
    ...claims.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: name } })),
  ];
  return [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template.metadata, name: metadata.name, namespace: metadata.namespace },
      spec: { ...template.spec, volumes },
    },
  ];
}

function templateOf(kind: string, spec: KubernetesObject["spec"]): PodTemplate | undefined {
  const job = kind === "CronJob" ? (spec?.jobTemplate as { spec: { template: PodTemplate } }).spec : spec;
  return job?.template as PodTemplate | undefined;
}
