/** What a user asks of affinity, and what a dialect answers. Nothing of Pulumi in this folder. */

export type Affinity = { kind: "none" } | CookieAffinity | ClientIpAffinity | HashAffinity;

/**
 * A cookie of the ingress controller leads a visitor back to the pod that answered first. What is left out takes the
 * default below where the dialect can express it; what is set and can't be expressed is refused, or warned of.
 */
export interface CookieAffinity {
  kind: "cookie";
  /** Whether what the dialect cannot do is refused, or dropped with a warning. */
  strict: boolean;
  /** Name of the cookie; default {@link defaultCookieName}. */
  name?: string;
  /** Path that the browser sends it for; default /. */
  path?: string;
  /** Domain that the browser sends it to; default: the host alone that set it. */
  domain?: string;
  /** Lifetime of the cookie; default: as long as the browser runs. */
  maxAgeSeconds?: number;
  /** Whether the browser sends it over HTTPS alone; default: whether visitors come by TLS. */
  secure?: boolean;
  /** Whether scripts of the page are kept from it; default true. */
  httpOnly?: boolean;
  /** Whether it goes with requests that another site caused; default Lax. */
  sameSite?: SameSite;
  /** Whether visitors who have the cookie are moved when pods are added; default never. */
  rebalance?: "never" | "onScale";
  /** What counts for a visitor who has the cookie: it (sticky), or the weights of a canary release; default sticky. */
  canary?: "sticky" | "ignore";
  /** What becomes of visitors whose pod is there but fails: another pod, or errors until it is well; default repick. */
  onFailure?: "repick" | "stay";
}

export type SameSite = "Lax" | "Strict" | "None";

interface ClientIpAffinity {
  kind: "clientIP";
  /** Seconds after a client's last connection until it may be sent to another pod. */
  timeoutSeconds: number;
}

/** The pod follows from a hash of something that each request brings; it changes when pods come and go. */
interface HashAffinity {
  kind: "hash";
  /** Whether a dialect without such a hash is refused, or left without affinity and warned of. */
  strict: boolean;
  key: HashKey;
}

/** What is hashed: the value of a cookie, of a header, or the client's address. */
export type HashKey = { cookie: string } | { header: string } | { sourceIP: true };

/** What a dialect has to know beside the affinity. */
export interface Place {
  /** Name of the application's Service, of its Ingress or HTTPRoute, and of objects made beside them. */
  name: string;
  namespace: string;
  /** Whether visitors come by TLS, wherever that ends. */
  tls: boolean;
  /** Whether that is before the controller, which then sees plain HTTP; default false. */
  tlsElsewhere?: boolean;
  /** Whether a pod that is replaced keeps its name, as those of a StatefulSet do; default false. */
  stablePods?: boolean;
  /** Release of the Gateway API whose shape the objects have; read by dialect gateway-api alone. */
  gatewayApi: "1.6" | "1.7";
}

/** What a dialect adds to the objects that expose an application. */
export interface Rendering {
  ingressAnnotations: Record<string, string>;
  serviceAnnotations: Record<string, string>;
  serviceLabels: Record<string, string>;
  serviceSpec: {
    sessionAffinity?: "ClientIP";
    sessionAffinityConfig?: { clientIP: { timeoutSeconds: number } };
  };
  /** Fields of each rule of an HTTPRoute. */
  routeRule: Record<string, unknown>;
  /** Objects of the controller's own kinds, in the stack's namespace. */
  objects: CustomObject[];
  /** What the owner of the controller has to have set up, a sentence each. */
  requirements: string[];
}

/** What TLS adds: of all these, nothing on the Service and nothing in a rule. */
export type TlsRendering = Pick<Rendering, "ingressAnnotations" | "objects" | "requirements">;

interface CustomObject {
  apiVersion: string;
  kind: string;
  name: string;
  spec: Record<string, unknown>;
}

export const nothing: Rendering = {
  ingressAnnotations: {},
  serviceAnnotations: {},
  serviceLabels: {},
  serviceSpec: {},
  routeRule: {},
  objects: [],
  requirements: [],
};

export const defaultCookieName = "session-stack-affinity";
