import type { Dialect } from "../components/affinity/dialect.ts";
import { dialects } from "../components/affinity/dialects.ts";
import { ingressSources, serviceSources, type AnnotationSource } from "../components/exposure/annotations.ts";
import { classOf } from "../components/exposure/ingress.ts";
import { wayTo } from "../components/exposure/way.ts";
import type { IngressSettings } from "./exposure.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/**
 * The rules about the user's own annotations: none that the stack sets, which the functions that write them tell, and
 * none that would change or undo an affinity that is asked for. `instance` is `<project>-<stack>`.
 */
export function annotationRules(settings: Settings, instance: string): Problem[] {
  const { service, ingress, affinity, namespace, app } = settings;
  const stablePods = app.workload === "statefulset";
  const owner = { instance, namespace: namespace.name ?? instance, selector: {}, stablePods };
  const way = wayTo({ service, ingress, affinity }, owner);
  const reserved = reservedFor(settings);
  return [
    ...refused("service", service.annotations, serviceSources(way), reserved),
    ...refused(
      "ingress",
      ingress?.annotations ?? {},
      [
        ...ingressSources(way),
        ...(ingress !== null && hasClass(ingress) ? [olderClass] : []),
        ...(ingress?.tls?.issuer === undefined ? [] : [otherIssuers]),
      ],
      reserved,
    ),
  ];
}

/** Whether it has a class in ingressClassName: what knows none is told by the annotation. */
function hasClass(ingress: IngressSettings): boolean {
  const { className }: Dialect = dialects[ingress.controller];
  return className !== null && classOf(ingress) !== undefined;
}

/** The API server refuses both at once. @see validateIngressCreate in pkg/apis/networking/validation of Kubernetes */
const olderClass: AnnotationSource = { from: "ingress.className", annotations: { "kubernetes.io/ingress.class": "" } };

/** cert-manager reports an error where both are there. @see issuerForIngressLike in pkg/controller/certificate-shim */
const otherIssuers: AnnotationSource = {
  from: "ingress.tls.issuer and ingress.tls.issuerKind",
  annotations: { "cert-manager.io/issuer": "", "cert-manager.io/cluster-issuer": "" },
};

type Reserved = NonNullable<Dialect["reserved"]>;

/** Without an affinity that the controller keeps, its annotations are the user's. */
function reservedFor({ ingress, affinity: { kind } }: Settings): Reserved {
  if (ingress === null || (kind !== "cookie" && kind !== "hash")) return [];
  const { reserved = [] }: Dialect = dialects[ingress.controller];
  return reserved;
}

/** Whatever the case of its letters: Traefik takes two that differ in it alone for one, and whichever comes last. */
function refused(
  key: "service" | "ingress",
  user: Record<string, string>,
  sources: AnnotationSource[],
  reserved: Reserved,
): Problem[] {
  return Object.keys(user).flatMap((annotation) => {
    const path = [key, "annotations", annotation];
    const source = sources.find(({ annotations }) => Object.keys(annotations).some((own) => isSame(own, annotation)));
    if (source !== undefined) {
      return [{ path, message: `is set by session-stack; remove it, and say it with ${source.from}` }];
    }
    const rule = reserved.find(({ pattern }) => matches(pattern, annotation));
    if (rule === undefined) return [];
    const message =
      rule.option === undefined
        ? "would undo what affinity says; remove it, or set affinity.kind none"
        : `would change what affinity says; remove it, and say it with affinity.${rule.option}`;
    return [{ path, message }];
  });
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A star stands for any characters, none included. */
function matches(pattern: string, annotation: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(annotation);
}
