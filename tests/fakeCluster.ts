import {
  ApiException,
  PatchStrategy,
  type KubernetesObject as ApiObject,
  type V1SelfSubjectAccessReview,
} from "@kubernetes/client-node";
import type { Cluster } from "../deploy/cluster.ts";
import { describe as objectName, isCustom, type KubernetesObject } from "../render/objects.ts";

type Named = { name: string; namespace?: string };
type Fields = Record<string, unknown>;

/** What the API server answers for an object that is not there. */
export function notFound(what: string): ApiException<string> {
  const body = JSON.stringify({ kind: "Status", message: `${what} not found`, code: 404 });
  return new ApiException(404, "Not Found", body, {});
}

function forbidden(kind: string): ApiException<string> {
  return new ApiException(403, "Forbidden", JSON.stringify({ message: `${kind} is forbidden` }), {});
}

/** A kind as discovery tells of it. */
const resource = (kind: string) => ({
  kind,
  name: kind.toLowerCase().replace(/y$/, "ie").replace(/s$/, "se").concat("s"),
});

/** Kinds of Kubernetes itself, whatever version of a group is asked for. */
const ownResources = {
  resources: [
    ...["Namespace", "NetworkPolicy", "PodDisruptionBudget", "StorageClass", "ServiceAccount", "PriorityClass"],
    ...["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Secret", "ConfigMap", "APIService", "Ingress"],
    ...["PersistentVolume", "PersistentVolumeClaim", "Service", "Deployment", "StatefulSet", "CronJob"],
    ...["HorizontalPodAutoscaler"],
  ].map(resource),
};

/**
 * The part of a cluster that deploying uses, in memory. It keeps what it is given as it is: no defaults, no validation,
 * no controllers, and an object is gone as soon as it is deleted.
 */
export class FakeCluster {
  /** Objects by `Kind namespace/name`. */
  readonly objects = new Map<string, KubernetesObject>();
  /** Calls that change something, in their order. */
  readonly changes: string[] = [];
  /** Bodies of the Secrets that were written, and arguments of the patches. */
  readonly bodies: unknown[] = [];
  /** Kinds that come with a controller, as `apiVersion Kind`. */
  readonly customKinds = new Set<string>();
  /** What it says that it is. */
  gitVersion = "v1.34.1";
  /** Kinds that nobody may read, and what nobody may do: `verb resource.group`, with a namespace behind it or not. */
  readonly forbidden = new Set<string>();
  /** How often one object was asked for. */
  reads = 0;
  /** Errors for calls, by the line they would have in `changes`. */
  readonly failures = new Map<string, Error>();

  constructor(objects: KubernetesObject[] = []) {
    for (const object of objects) this.objects.set(objectName(object), object);
  }

  get cluster(): Cluster {
    const read = (kind: string) => (named: Named) => this.#read(kind, named);
    const list = (kind: string) => (scope: { namespace?: string; labelSelector?: string }) => this.#list(kind, scope);
    const core = {
      getAPIResources: () => Promise.resolve(ownResources),
      readNamespace: read("Namespace"),
      readNamespacedSecret: read("Secret"),
      readNamespacedService: read("Service"),
      createNamespacedSecret: ({ body }: { body: KubernetesObject }) => this.#write("create", body),
      replaceNamespacedSecret: ({ body }: { body: KubernetesObject }) => this.#write("replace", body),
      deleteNamespace: (named: Named) => this.#delete({ apiVersion: "v1", kind: "Namespace", metadata: named }),
      deleteCollectionNamespacedPersistentVolumeClaim: ({ namespace, labelSelector }: Record<string, string>) =>
        this.#change(`delete PersistentVolumeClaims ${namespace} ${labelSelector}`),
      listPersistentVolume: () => this.#list("PersistentVolume", {}),
      listNamespacedPod: list("Pod"),
      deleteNamespacedPod: (named: Named & { body?: unknown }) => this.#deletePod(named),
      listNamespacedEvent: list("Event"),
      readNamespacedPodLog: ({ name, namespace }: Named) =>
        this.objects.has(`Pod ${namespace}/${name}`)
          ? Promise.resolve(`${name} says\nhello\n`)
          : Promise.reject(notFound(name)),
    };
    const apps = {
      readNamespacedDeployment: read("Deployment"),
      readNamespacedStatefulSet: read("StatefulSet"),
      listNamespacedReplicaSet: list("ReplicaSet"),
    };
    const networking = { readNamespacedIngress: read("Ingress") };
    const custom = {
      getAPIResources: ({ group, version }: { group: string; version: string }) => this.#kindsOf(`${group}/${version}`),
    };
    const version = { getCode: () => Promise.resolve({ gitVersion: this.gitVersion }) };
    const authorization = {
      createSelfSubjectAccessReview: ({ body }: { body: V1SelfSubjectAccessReview }) => this.#review(body),
    };
    const objects = {
      patch: (object: KubernetesObject, ...options: unknown[]) => this.#apply(object, options),
      read: ({ kind, metadata }: KubernetesObject) => this.#read(kind, metadata),
      delete: (object: KubernetesObject) => this.#delete(object),
      list: (_apiVersion: string, kind: string, namespace?: string, ...rest: (string | undefined)[]) =>
        this.#list(kind, { namespace, labelSelector: rest[4] }),
    };
    return { core, apps, networking, version, authorization, custom, objects } as unknown as Cluster;
  }

  #read(kind: string, { name, namespace }: Named): Promise<ApiObject> {
    this.reads += 1;
    if (this.forbidden.has(kind)) return Promise.reject(forbidden(kind));
    const key = objectName({ apiVersion: "v1", kind, metadata: { name, namespace } });
    const found = this.objects.get(key);
    return found === undefined ? Promise.reject(notFound(key)) : Promise.resolve(found);
  }

  #review({ spec: { resourceAttributes } }: V1SelfSubjectAccessReview) {
    const { verb, group, resource, namespace } = resourceAttributes ?? {};
    const line = [verb, group === "" ? resource : `${resource}.${group}`, namespace].filter(Boolean).join(" ");
    return Promise.resolve({ status: { allowed: !this.forbidden.has(line) } });
  }

  #kindsOf(apiVersion: string) {
    if (!isCustom({ apiVersion, kind: "", metadata: { name: "" } })) return Promise.resolve(ownResources);
    const kinds = [...this.customKinds].filter((entry) => entry.startsWith(`${apiVersion} `));
    if (kinds.length === 0) return Promise.reject(notFound(apiVersion));
    return Promise.resolve({ resources: kinds.map((entry) => resource(entry.split(" ")[1] ?? "")) });
  }

  #list(kind: string, scope: { namespace?: string; labelSelector?: string }) {
    if (this.forbidden.has(kind)) return Promise.reject(forbidden(kind));
    const selected = (scope.labelSelector ?? "").split(",").filter((term) => term !== "");
    const items = [...this.objects.values()].filter(
      ({ kind: other, metadata: { namespace, labels = {} } }) =>
        other === kind &&
        (scope.namespace === undefined || namespace === scope.namespace) &&
        selected.every((term) => `${term.split("=")[0]}=${labels[term.split("=")[0] ?? ""]}` === term),
    );
    return Promise.resolve({ items });
  }

  async #write(verb: string, body: KubernetesObject) {
    await this.#change(`${verb} ${objectName(body)}`);
    this.bodies.push(body);
    this.objects.set(objectName(body), body);
    return body;
  }

  async #apply(object: KubernetesObject, options: unknown[]) {
    if (options.includes(PatchStrategy.MergePatch)) return this.#annotate(object, options);
    if (options[1] === "All") return this.#tryOut(object);
    await this.#change(`apply ${objectName(object)}`);
    this.bodies.push(options);
    this.objects.set(objectName(object), object);
  }

  /** A dry run: fields that are not given stay, as they do of others' field managers. */
  #tryOut(object: KubernetesObject): Promise<KubernetesObject> {
    const key = objectName(object);
    const failure = this.failures.get(`try ${key}`);
    if (failure !== undefined) return Promise.reject(failure);
    const live = this.objects.get(key);
    return Promise.resolve(live === undefined ? object : merged(live, object));
  }

  /** A merge patch, as far as annotations go. */
  async #annotate(patch: KubernetesObject, options: unknown[]) {
    const key = objectName(patch);
    const found = this.objects.get(key);
    if (found === undefined) throw notFound(key);
    await this.#change(`annotate ${key}`);
    this.bodies.push(options);
    const annotations = { ...found.metadata.annotations, ...patch.metadata.annotations };
    this.objects.set(key, { ...found, metadata: { ...found.metadata, annotations } });
  }

  async #delete(object: KubernetesObject) {
    const key = objectName(object);
    if (!this.objects.has(key)) throw notFound(key);
    await this.#change(`delete ${key}`);
    this.objects.delete(key);
  }

  async #deletePod({ body, ...metadata }: Named & { body?: unknown }) {
    await this.#delete({ apiVersion: "v1", kind: "Pod", metadata });
    this.bodies.push(body);
  }

  #change(line: string): Promise<void> {
    const failure = this.failures.get(line);
    if (failure !== undefined) return Promise.reject(failure);
    this.changes.push(line);
    return Promise.resolve();
  }
}

/** Objects merged, everything else replaced. */
function merged<T>(live: T, given: T): T {
  const isPlain = (value: unknown): value is Fields =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isPlain(live) || !isPlain(given)) return given;
  const fields = Object.entries(given).map(([key, value]) => [
    key,
    value === undefined ? live[key] : merged(live[key], value),
  ]);
  return { ...live, ...(Object.fromEntries(fields) as Fields) };
}

/** An object of a stack, with as much of it as these tests look at. */
export function object(kind: string, name: string, namespace?: string, fields: Fields = {}): KubernetesObject {
  const { labels, annotations, ...rest } = fields;
  const metadata = { name, namespace, labels, annotations } as KubernetesObject["metadata"];
  return { apiVersion: "v1", kind, metadata, ...rest };
}
