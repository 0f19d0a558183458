import { connect } from "node:net";
import type {
  KubernetesObject as ApiObject,
  V1APIResource,
  V1APIResourceList,
  V1CSIDriver,
  V1CSINode,
  V1IngressClass,
  V1LimitRange,
  V1Namespace,
  V1Node,
  V1Pod,
  V1PolicyRule,
  V1ResourceQuota,
  V1StorageClass,
  VersionInfo,
} from "@kubernetes/client-node";
import { certificateWarnings } from "../deploy/certificates.ts";
import { orUndefined, type Cluster } from "../deploy/cluster.ts";
import type { KubernetesObject } from "../render/objects.ts";
import type { Question } from "./answers.ts";

/** What checks ask. */

export const serverVersion: Question<VersionInfo> = {
  key: "the version",
  ask: ({ version }) => version.getCode(),
};

/** One object of any kind; undefined where there is none, or no such kind. */
export function one<T extends ApiObject>(
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
): Question<T | undefined> {
  return {
    key: `${kind} ${namespace ?? ""}/${name}`,
    ask: async (cluster) => {
      if ((await resourceOf(cluster, apiVersion, kind)) === undefined) return undefined;
      const header = { apiVersion, kind, metadata: { name, namespace } };
      return (await orUndefined<ApiObject>(cluster.objects.read(header))) as T | undefined;
    },
  };
}

interface Scope {
  /** Default: all. */
  namespace?: string;
  labelSelector?: string;
}

function all<T extends ApiObject>(apiVersion: string, kind: string, { namespace, labelSelector }: Scope = {}) {
  const none = undefined;
  return {
    key: `all ${kind} ${namespace ?? ""} ${labelSelector ?? ""}`,
    ask: async ({ objects }: Cluster) =>
      (await objects.list<T>(apiVersion, kind, namespace, none, none, none, none, labelSelector)).items,
  };
}

export const storageClasses: Question<V1StorageClass[]> = all("storage.k8s.io/v1", "StorageClass");
export const csiDrivers: Question<V1CSIDriver[]> = all("storage.k8s.io/v1", "CSIDriver");
/** Tells which nodes a CSI driver runs on. */
export const csiNodes: Question<V1CSINode[]> = all("storage.k8s.io/v1", "CSINode");
export const nodes: Question<V1Node[]> = all("v1", "Node");
export const ingressClasses: Question<V1IngressClass[]> = all("networking.k8s.io/v1", "IngressClass");
export const pods = (scope: Scope): Question<V1Pod[]> => all("v1", "Pod", scope);
export const quotas = (namespace: string): Question<V1ResourceQuota[]> => all("v1", "ResourceQuota", { namespace });
export const limitRanges = (namespace: string): Question<V1LimitRange[]> => all("v1", "LimitRange", { namespace });
export const namespace = (name: string): Question<V1Namespace | undefined> => one("v1", "Namespace", name);

/** The keys of a Secret: its values are let go of at once. Undefined where there is none. */
export function secretKeys(namespace: string, name: string): Question<string[] | undefined> {
  return {
    key: `keys of Secret ${namespace}/${name}`,
    ask: async ({ core }) => {
      const secret = await orUndefined(core.readNamespacedSecret({ namespace, name }));
      return secret === undefined ? undefined : Object.keys(secret.data ?? {});
    },
  };
}

/** What is wrong with the certificates of the stack's Ingress. */
export const certificates = (objects: KubernetesObject[]): Question<string[]> => ({
  key: "certificates",
  ask: (cluster) => certificateWarnings(cluster, objects),
});

/** The kinds that the cluster has in a version of a group. */
export function kindsOf(apiVersion: string): Question<string[]> {
  return {
    key: `kinds of ${apiVersion}`,
    ask: async (cluster) => (await resourcesOf(cluster, apiVersion)).map(({ kind }) => kind),
  };
}

/** What this account may do with the objects of a kind. */
export interface Rights {
  /** Plural and group, such as `deployments.apps`. */
  resource: string;
  /** Those of the verbs that it may not. */
  denied: string[];
}

/**
 * Which of these verbs this account may not use. A review is sent as an object that is made, but nothing is kept.
 * Undefined for a kind that the cluster does not have.
 * @param namespace default: in the whole cluster
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export function rights(
  apiVersion: string,
  kind: string,
  verbs: string[],
  namespace?: string,
): Question<Rights | undefined> {
  return {
    key: `may ${verbs.join(", ")} ${kind} of ${apiVersion} in ${namespace ?? "all"}`,
    ask: async (cluster) => {
      const found = await resourceOf(cluster, apiVersion, kind);
      if (found === undefined) return undefined;
      const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
      const denied = await deniedOf(cluster, { apiGroups: [group], resources: [found.name], verbs }, namespace);
      return { resource: named(group, found.name), denied: denied.map(({ verb }) => verb) };
    },
  };
}

/** Those permissions of a rule that this account does not have itself, as `verb resource.group`. */
export function lacking(rule: V1PolicyRule, namespace?: string): Question<string[]> {
  return {
    key: `lacks of ${JSON.stringify(rule)} in ${namespace ?? "all"}`,
    ask: async (cluster) =>
      (await deniedOf(cluster, rule, namespace)).map(
        ({ verb, group, resource }) => `${verb} ${named(group, resource)}`,
      ),
  };
}

const named = (group: string, resource: string) => (group === "" ? resource : `${resource}.${group}`);

async function deniedOf({ authorization }: Cluster, rule: V1PolicyRule, namespace: string | undefined) {
  const { apiGroups = [], resources = [], verbs } = rule;
  const attributes = apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb, namespace }))),
  );
  const reviews = attributes.map(async (resourceAttributes) => {
    const { status } = await authorization.createSelfSubjectAccessReview({ body: { spec: { resourceAttributes } } });
    return { ...resourceAttributes, allowed: status?.allowed ?? false };
  });
  return (await Promise.all(reviews)).filter(({ allowed }) => !allowed);
}

async function resourceOf(cluster: Cluster, apiVersion: string, kind: string): Promise<V1APIResource | undefined> {
  const resources = await resourcesOf(cluster, apiVersion);
  return resources.find((resource) => resource.kind === kind && !resource.name.includes("/"));
}

async function resourcesOf({ core, custom }: Cluster, apiVersion: string): Promise<V1APIResource[]> {
  const [group = "", version = ""] = apiVersion.split("/");
  const request: Promise<V1APIResourceList> =
    version === "" ? core.getAPIResources() : custom.getAPIResources({ group, version });
  return (await orUndefined(request))?.resources ?? [];
}

/** Whether this machine reaches a port: undefined, or why not. */
export function unreachable(host: string, port: number): Question<string | undefined> {
  return {
    key: `port ${host}:${port}`,
    ask: () =>
      new Promise((done) => {
        const socket = connect({ host, port, timeout: 3000 });
        const end = (why?: string) => {
          socket.destroy();
          done(why);
        };
        socket.once("connect", () => end());
        socket.once("timeout", () => end("no answer within 3 s"));
        // Of a name with several addresses the error has no message of its own.
        socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      }),
  };
}
