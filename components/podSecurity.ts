import type { types } from "@pulumi/kubernetes";

/**
 * The parts of a pod that Pod Security asks for.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;

/** Levels that are enforced: baseline lets in images that need root. */
export type PodSecurityLevel = "restricted" | "baseline";

/** For the pod, under *restricted*. Without `user` the image's own user must be a number other than 0. */
export function restrictedPod(user?: number): PodSecurityContext {
  const identity = user === undefined ? {} : { runAsUser: user, runAsGroup: user };
  return { runAsNonRoot: true, ...identity, seccompProfile: { type: "RuntimeDefault" } };
}

/** For each of its containers, under *restricted*. */
export const restrictedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};

/** For a pod under either level. Without `runAsUser` it runs as the image's own user. */
export function podSecurity({ podSecurity: level, runAsUser }: { podSecurity: PodSecurityLevel; runAsUser?: number }) {
  const { runAsNonRoot, ...common } = restrictedPod(runAsUser);
  return level === "restricted" ? { runAsNonRoot, ...common } : common;
}

/** For each of its containers: root keeps the capabilities that container runtimes give it, and gets no others. */
export function containerSecurity({
  podSecurity: level,
  readOnlyRoot,
}: {
  podSecurity: PodSecurityLevel;
  readOnlyRoot: boolean;
}): SecurityContext {
  const { allowPrivilegeEscalation, capabilities } = restrictedContainer;
  return {
    allowPrivilegeEscalation,
    ...(level === "restricted" ? { capabilities } : {}),
    readOnlyRootFilesystem: readOnlyRoot,
  };
}
