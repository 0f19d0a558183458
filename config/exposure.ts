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
const anyService = { port: wholeNumber(1, 65535).default(80), annotations: annotations().default({}) };

/** Keys of a Service that each node answers for, on a port of its own. */
const onNodes = {
  ...anyService,
  /** The range that the API server takes unless its owner chose another. */
  nodePort: wholeNumber(30_000, 32_767).optional(),
  externalTrafficPolicy: oneOf(["Cluster", "Local"]).default("Cluster"),
};

export const service = z.discriminatedUnion(
  "type",
  [
    object({ type: z.literal("ClusterIP").default("ClusterIP"), ...anyService }),
    object({ type: z.literal("NodePort"), ...onNodes }),
    object({
      type: z.literal("LoadBalancer"),
      ...onNodes,
      sourceRanges: z.array(cidr(), "must be a list of address ranges").default([]),
      loadBalancerClass: qualifiedName().optional(),
    }),
  ],
  oneOfThe("type", ["ClusterIP", "NodePort", "LoadBalancer"]),
);

/** The Gateway that an HTTPRoute attaches to. */
const gateway = object({
  name: dnsName(),
  namespace: dnsLabel().optional(),
  section: dnsName().optional(),
  redirectSection: dnsName().optional(),
  version: z.enum(["1.6", "1.7"], 'must be "1.6" or "1.7", in quotes').default("1.6"),
});

const path = object({
  path: ingressPath(),
  pathType: oneOf(["Prefix", "Exact", "ImplementationSpecific"]).default("Prefix"),
  service: object({ name: dnsLabel(), port: wholeNumber(1, 65535) }).optional(),
});

/** A path alone is one of the application. */
const pathOrText = textOrObject(
  ingressPath().transform((plain): z.output<typeof path> => ({ path: plain, pathType: "Prefix" })),
  path,
);

const host = object({
  host: ingressHost(),
  paths: z.array(pathOrText, "must be a list of paths").min(1, "needs at least one path").prefault(["/"]),
  /** A certificate of its own, beside `tls.secretName` for the other hosts. */
  secretName: dnsName().optional(),
});

/** Exactly one of the keys but issuerKind is given, which the rules check. */
const tls = object({
  secretName: dnsName().optional(),
  issuer: dnsName().optional(),
  issuerKind: oneOf(["Issuer", "ClusterIssuer"]).optional(),
  selfSigned: z.literal(true, "must be true or left out").optional(),
  elsewhere: z.literal(true, "must be true or left out").optional(),
});

export const ingress = object({
  controller: oneOf(Object.keys(dialects) as DialectName[]).default("traefik"),
  className: dnsName().optional(),
  gateway: gateway.optional(),
  hosts: z.array(host, "must be a list of hosts").min(1, "needs at least one host"),
  defaultBackend: flag().default(false),
  tls: tls.nullable().default(null),
  redirect: flag().optional(),
  awaitAddress: flag().optional(),
  annotations: annotations().default({}),
});

/** What is hashed: one of the three. */
const hashKey = z.union(
  [
    object({ cookie: cookieName() }),
    object({ header: headerName() }),
    object({ sourceIP: z.literal(true, "must be true") }),
  ],
  "must be an object with one key: cookie, header (with a name) or sourceIP (true)",
);

export const affinity = z.discriminatedUnion(
  "kind",
  [
    object({ kind: z.literal("none") }),
    object({
      kind: z.literal("cookie"),
      strict: flag().default(true),
      name: cookieName().optional(),
      path: cookiePath().optional(),
      domain: dnsName().optional(),
      maxAgeSeconds: wholeNumber(1, 31_536_000).optional(),
      secure: flag().optional(),
      httpOnly: flag().optional(),
      sameSite: oneOf(["Lax", "Strict", "None"]).optional(),
      rebalance: oneOf(["never", "onScale"]).optional(),
      canary: oneOf(["sticky", "ignore"]).optional(),
      onFailure: oneOf(["repick", "stay"]).optional(),
    }),
    object({ kind: z.literal("hash"), strict: flag().default(true), key: hashKey }),
    object({ kind: z.literal("clientIP"), timeoutSeconds: wholeNumber(1, 86_400).default(10_800) }),
  ],
  oneOfThe("kind", ["none", "cookie", "clientIP", "hash"]),
);

export type ServiceSettings = z.output<typeof service>;
export type IngressSettings = z.output<typeof ingress>;
export type HostSettings = z.output<typeof host>;
export type PathSettings = z.output<typeof path>;
export type TlsSettings = z.output<typeof tls>;
export type GatewaySettings = z.output<typeof gateway>;
