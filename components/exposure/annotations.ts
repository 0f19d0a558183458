import { certManagerAnnotation, elsewhereAnnotation } from "./certificate.ts";
import type { Way } from "./way.ts";

/** Annotations that the stack sets, and the key of the configuration that they come from. */
export interface AnnotationSource {
  from: string;
  annotations: Record<string, string>;
}

/** What the stack writes on the Ingress, or on the HTTPRoutes. */
export function ingressSources({ ingress, affinityRendering, tlsRendering }: Way): AnnotationSource[] {
  return [
    { from: "affinity", annotations: affinityRendering.ingressAnnotations },
    { from: "ingress.tls and ingress.redirect", annotations: tlsRendering.ingressAnnotations },
    { from: "ingress.tls.elsewhere", annotations: elsewhereAnnotation(ingress?.tls ?? null) },
    { from: "ingress.tls.issuer", annotations: certManagerAnnotation(ingress?.tls ?? null) },
  ];
}

/** What the stack writes on the Service. */
export function serviceSources({ affinityRendering }: Way): AnnotationSource[] {
  return [{ from: "affinity", annotations: affinityRendering.serviceAnnotations }];
}

/** The user's and the stack's annotations, which have no key in common: the rules of the configuration see to it. */
export function merged(user: Record<string, string>, sources: AnnotationSource[]): Record<string, string> {
  return Object.assign({}, user, ...sources.map(({ annotations }) => annotations)) as Record<string, string>;
}
