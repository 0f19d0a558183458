import type { types } from "@pulumi/kubernetes";

/**
 * The parts of a pod that Pod Security *restricted* asks for.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */

type PodSecurityContext = types.input.core.v1.PodSecurityContext;
type SecurityContext = types.input.core.v1.SecurityContext;

/** For the pod. Without `user` the image's own user must be a number other than 0. */
export function restrictedPod(user?: number): PodSecurityContext {
  const identity = user === undefined ? {} : { runAsUser: user, runAsGroup: user };
  return { runAsNonRoot: true, ...identity, seccompProfile: { type: "RuntimeDefault" } };
}

/** For each of its containers. */
export const restrictedContainer: SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};
