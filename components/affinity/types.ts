/** What a user asks of affinity, and what a dialect answers. Nothing of Pulumi in this folder. */

export type Affinity = { kind: "none" } | CookieAffinity | ClientIpAffinity;

export interface CookieAffinity {
  kind: "cookie";
  name: string;
  /** Lifetime of the cookie; without it the cookie lasts as long as the browser. */
  maxAgeSeconds?: number;
}

export interface ClientIpAffinity {
  kind: "clientIP";
  /** Seconds after a client's last connection until it may be sent to another pod. */
  timeoutSeconds: number;
}

/** What a kind of affinity adds to the objects that expose an application. */
export interface Rendering {
  ingressAnnotations: Record<string, string>;
  serviceAnnotations: Record<string, string>;
  serviceSpec: {
    sessionAffinity?: "ClientIP";
    sessionAffinityConfig?: { clientIP: { timeoutSeconds: number } };
  };
}

export const nothing: Rendering = { ingressAnnotations: {}, serviceAnnotations: {}, serviceSpec: {} };
