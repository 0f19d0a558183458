import { z } from "zod";
import { dialects, type DialectName } from "../components/affinity/dialects.ts";
import {
  annotations,
  cidr,
  cookieName,
  cookiePath,
  dnsLabel,
  dnsName,
  flag,
  headerName,
  ingressHost,
  ingressPath,
  object,
  oneOf,
  oneOfThe,
  qualifiedName,
  textOrObject,
  wholeNumber,
} from "./fields.ts";

/** Keys of every type of Service. */
const anyService = {
  port: wholeNumber(1, 65535).default(80).describe("of the Service; the application's own is `app.port`"),
  annotations: annotations().default({}).describe("more for the Service; one that the stack writes itself is refused"),
};

/** Keys of a Service that each node answers for, on a port of its own. */
const onNodes = {
  ...anyService,
  /** The range that the API server takes unless its owner chose another. */
  nodePort: wholeNumber(30_000, 32_767)
    .optional()
    .meta({ description: "port of every node", otherwise: "the cluster chooses" }),
  externalTrafficPolicy: oneOf(["Cluster", "Local"])
    .default("Cluster")
    .describe("`Local`: only nodes with a pod answer, and the client's address is kept"),
};

export const service = z.discriminatedUnion(
  "type",
  [
    object({
      type: z.literal("ClusterIP").default("ClusterIP").describe("reached inside the cluster alone"),
      ...anyService,
    }),
    object({ type: z.literal("NodePort").describe("reached at a port of every node"), ...onNodes }),
    object({
      type: z.literal("LoadBalancer").describe("reached by a load balancer of the cluster's owner"),
      ...onNodes,
      sourceRanges: z
        .array(cidr(), "must be a list of address ranges")
        .default([])
        .describe("who may connect; none is everybody, which a policy refuses in stack `prod`"),
      loadBalancerClass: qualifiedName()
        .optional()
        .meta({ description: "whose load balancer it is", otherwise: "the cluster's" }),
    }),
  ],
  oneOfThe("type", ["ClusterIP", "NodePort", "LoadBalancer"]),
);

/** The Gateway that an HTTPRoute attaches to. */
const gateway = object({
  name: dnsName().describe("of the Gateway"),
  namespace: dnsLabel().optional().meta({ description: "of the Gateway", otherwise: "the stack's" }),
  section: dnsName().optional().meta({ description: "its listener for the application", otherwise: "all that fit" }),
  redirectSection: dnsName()
    .optional()
    .meta({ description: "its listener for HTTP, whose visitors are led to HTTPS", otherwise: "none" }),
  version: z
    .enum(["1.6", "1.7"], 'must be "1.6" or "1.7", in quotes')
    .default("1.6")
    .describe("of the Gateway API's CRDs: its shape of sessionPersistence"),
});

const path = object({
  path: ingressPath().describe("what the path of a request is compared with"),
  pathType: oneOf(["Prefix", "Exact", "ImplementationSpecific"]).default("Prefix").describe("how it is compared"),
  service: object({
    name: dnsLabel().describe("a Service of yours in the namespace"),
    port: wholeNumber(1, 65535).describe("its port"),
  })
    .optional()
    .meta({ description: "who answers there", otherwise: "the application" }),
});

/** A path alone is one of the application. */
const pathOrText = textOrObject(
  ingressPath().transform((plain): z.output<typeof path> => ({ path: plain, pathType: "Prefix" })),
  path,
);

const host = object({
  host: ingressHost().describe("`shop.example.com` or `*.example.com`"),
  paths: z
    .array(pathOrText, "must be a list of paths")
    .min(1, "needs at least one path")
    .prefault(["/"])
    .describe("a path alone, or `{path, pathType, service}`"),
  secretName: dnsName().optional().meta({
    description: "a certificate of this host's own, beside `tls.secretName` for the others",
    otherwise: "none",
  }),
});

/** Exactly one of the keys but issuerKind is given, which the rules check. */
const tls = object({
  secretName: dnsName()
    .optional()
    .meta({ description: "a Secret of yours in the namespace with the certificate", otherwise: "none" }),
  issuer: dnsName()
    .optional()
    .meta({ description: "of cert-manager, which writes the certificate", otherwise: "none" }),
  issuerKind: oneOf(["Issuer", "ClusterIssuer"])
    .optional()
    .meta({ description: "of `issuer`", otherwise: "`ClusterIssuer`" }),
  selfSigned: z
    .literal(true, "must be true or left out")
    .optional()
    .meta({ description: "a certificate for trying, which no browser trusts", otherwise: "none" }),
  elsewhere: z
    .literal(true, "must be true or left out")
    .optional()
    .meta({ description: "the Gateway or a load balancer in front ends TLS", otherwise: "no" }),
});

export const ingress = object({
  controller: oneOf(Object.keys(dialects) as DialectName[])
    .default("traefik")
    .meta({
      description: "whose annotations and objects are written",
      page: "affinity/README.md",
    }),
  className: dnsName()
    .optional()
    .meta({ description: "of the Ingress; required with `other`", otherwise: "the controller's" }),
  gateway: gateway.optional().meta({
    description: "the Gateway that the HTTPRoutes attach to",
    otherwise: "none; required with controller `gateway-api`",
  }),
  hosts: z
    .array(host, "must be a list of hosts")
    .min(1, "needs at least one host")
    .describe("hosts and paths that lead to the application"),
  defaultBackend: flag().default(false).describe("whether the application answers for every other host and path, too"),
  tls: tls
    .nullable()
    .default(null)
    .describe("HTTPS, by one of `secretName`, `issuer`, `selfSigned` and `elsewhere`; required in stack `prod`"),
  redirect: flag()
    .optional()
    .meta({ description: "HTTP is led to HTTPS", otherwise: "`true` with TLS, where the controller can" }),
  awaitAddress: flag().optional().meta({
    description:
      "`false` for controllers that never write an address into the Ingress, or `pulumi up` waits three minutes and fails",
    otherwise: "`true`",
  }),
  annotations: annotations().default({}).describe("more for the Ingress; one that the stack writes itself is refused"),
});

/** What is hashed: one of the three. */
const hashKey = z.union(
  [
    object({ cookie: cookieName().describe("name of a cookie") }),
    object({ header: headerName().describe("name of a header") }),
    object({ sourceIP: z.literal(true, "must be true").describe("the client's address") }),
  ],
  "must be an object with one key: cookie, header (with a name) or sourceIP (true)",
);

const strict = () =>
  flag().default(true).describe("`true`: what the controller cannot do is refused; `false`: left out with a warning");

export const affinity = z.discriminatedUnion(
  "kind",
  [
    object({ kind: z.literal("none").describe("nothing") }),
    object({
      kind: z.literal("cookie").describe("a cookie of the ingress controller"),
      strict: strict(),
      name: cookieName().optional().meta({ description: "of the cookie", otherwise: "`session-stack-affinity`" }),
      path: cookiePath().optional().meta({ description: "of the cookie", otherwise: "`/`" }),
      domain: dnsName().optional().meta({ description: "of the cookie", otherwise: "the host" }),
      maxAgeSeconds: wholeNumber(1, 31_536_000)
        .optional()
        .meta({ description: "of the cookie; at most `app.session.ttlSeconds`", otherwise: "the browser's run" }),
      secure: flag().optional().meta({ description: "of the cookie: for HTTPS alone", otherwise: "`true` with TLS" }),
      httpOnly: flag().optional().meta({ description: "of the cookie: hidden from scripts", otherwise: "`true`" }),
      sameSite: oneOf(["Lax", "Strict", "None"]).optional().meta({ description: "of the cookie", otherwise: "`Lax`" }),
      rebalance: oneOf(["never", "onScale"])
        .optional()
        .meta({ description: "`onScale`: some visitors move to pods that are added", otherwise: "`never`" }),
      canary: oneOf(["sticky", "ignore"]).optional().meta({
        description: "`ignore`: the weights of a canary release count, not the cookie",
        otherwise: "`sticky`",
      }),
      onFailure: oneOf(["repick", "stay"])
        .optional()
        .meta({ description: "`stay`: who has the cookie keeps to a pod that fails", otherwise: "`repick`" }),
    }),
    object({
      kind: z.literal("hash").describe("a hash, which moves visitors when the set of pods changes"),
      strict: strict(),
      key: hashKey.describe("what is hashed: `{cookie: name}`, `{header: name}` or `{sourceIP: true}`"),
    }),
    object({
      kind: z.literal("clientIP").describe("the client's address, without an Ingress"),
      timeoutSeconds: wholeNumber(1, 86_400)
        .default(10_800)
        .describe("how long the Service remembers it after the last new connection"),
    }),
  ],
  oneOfThe("kind", ["none", "cookie", "clientIP", "hash"]),
);

export type ServiceSettings = z.output<typeof service>;
export type IngressSettings = z.output<typeof ingress>;
export type HostSettings = z.output<typeof host>;
export type PathSettings = z.output<typeof path>;
export type TlsSettings = z.output<typeof tls>;
export type GatewaySettings = z.output<typeof gateway>;
