/** A Kubernetes object as the program registered it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  [field: string]: unknown;
}

/** `Kind namespace/name`, for people. */
export function describe({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Groups of Kubernetes itself: without a dot, or one label and "k8s.io", apart from a few with two. */
const ownGroup = /^([^.]*|([^.]+|[^.]+\.(authorization|apiserver))\.k8s\.io)$/;

/** Whether an object's kind comes with a CustomResourceDefinition, which not every cluster has. */
export function isCustom({ apiVersion }: KubernetesObject): boolean {
  const [group = "", version] = apiVersion.split("/");
  return version !== undefined && !ownGroup.test(group);
}
