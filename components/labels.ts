/** The labels of everything this program makes. Pure: no Pulumi in here. */

export type Labels = Record<string, string>;

export interface Identity {
  /** What the object is, a constant of the component: `redis`, `app`, … */
  name: string;
  /** Which stack it belongs to: `<project>-<stack>`. */
  instance: string;
}

/**
 * The labels that selectors use. Selectors are immutable, so these never change and nobody adds to them.
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates
 */
export function selectorLabels({ name, instance }: Identity): Labels {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance };
}

/**
 * All labels of an object.
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function labels(identity: Identity, component: string): Labels {
  return {
    ...selectorLabels(identity),
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": "session-stack",
    "app.kubernetes.io/managed-by": "session-stack",
  };
}

/** Pods with this label are clients of the session store. */
export const storeClientLabel: Labels = { "session-stack/store-client": "true" };

/**
 * Makes the API server refuse pods that fall short of a level of Pod Security in a namespace, and warn of those that
 * fall short of *restricted*.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function namespaceSecurity(level: "restricted" | "baseline"): Labels {
  return { "pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/warn": "restricted" };
}
