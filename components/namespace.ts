import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, restrictedNamespace } from "./labels.ts";

/** Annotation on the stack's namespace: which way of applying owns it, `pulumi` or `manifests`. */
export const appliedBy = "session-stack/applied-by";

/** The stack's namespace, in which Pod Security *restricted* is enforced. */
export function createNamespace(name: string, instance: string, opts: pulumi.CustomResourceOptions) {
  return new k8s.core.v1.Namespace(
    "namespace",
    {
      metadata: {
        name,
        labels: { ...labels({ name: "session-stack", instance }, "namespace"), ...restrictedNamespace },
        annotations: { [appliedBy]: "pulumi" },
      },
    },
    opts,
  );
}
