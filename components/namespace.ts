import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, namespaceSecurity } from "./labels.ts";
import type { PodSecurityLevel } from "./podSecurity.ts";

/** Annotation on the stack's namespace: which way of applying owns it, `pulumi` or `manifests`. */
export const appliedBy = "session-stack/applied-by";

export interface NamespaceArgs {
  instance: string;
  /** Level of Pod Security that is enforced for all its pods. */
  podSecurity: PodSecurityLevel;
}

/** The stack's namespace. */
export function createNamespace(name: string, args: NamespaceArgs, opts: pulumi.CustomResourceOptions) {
  return new k8s.core.v1.Namespace(
    "namespace",
    {
      metadata: {
        name,
        labels: {
          ...labels({ name: "session-stack", instance: args.instance }, "namespace"),
          ...namespaceSecurity(args.podSecurity),
        },
        annotations: { [appliedBy]: "pulumi" },
      },
    },
    opts,
  );
}
