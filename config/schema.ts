import { z } from "zod";
import { app } from "./app.ts";
import {
  cookieName,
  cookiePath,
  dnsName,
  flag,
  headerName,
  ingressHost,
  ingressPath,
  namespaceName,
  notYet,
  object,
  oneOf,
  oneOfThe,
  secretEntry,
  text,
  wholeNumber,
} from "./fields.ts";
import { rotation } from "./rotation.ts";
import { storage } from "./storage.ts";
import { store } from "./store.ts";

/** Name and key of an existing Kubernetes Secret in the stack's namespace. */
const secretRef = () => object({ name: dnsName(), key: secretEntry() });

const namespace = object({
  name: namespaceName().optional(),
  create: flag().default(true),
});

const service = object({
  type: oneOf(["ClusterIP"], ["NodePort", "LoadBalancer"]).default("ClusterIP"),
  port: wholeNumber(1, 65535).default(80),
  annotations: notYet(),
  sourceRanges: notYet(),
});

const ingress = object({
  controller: oneOf(["traefik"], ["ingress-nginx", "haproxy-ingress", "haproxytech", "nginx", "gateway-api"]).default(
    "traefik",
  ),
  className: dnsName().default("traefik"),
  hosts: z
    .array(
      object({
        host: ingressHost(),
        paths: z.array(ingressPath(), "must be a list of paths").min(1, "needs at least one path").default(["/"]),
      }),
      "must be a list of hosts",
    )
    .min(1, "needs at least one host"),
  tls: z.null("is not yet supported; remove it or set null").optional(),
  annotations: notYet(),
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

const affinity = z.discriminatedUnion(
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

/** Signing keys, newest first: 32 characters are the 192 bits that a random base64 key of 24 bytes holds. */
const signingKeys = text(
  /^[\x21-\x2b\x2d-\x7e]{32,}(,[\x21-\x2b\x2d-\x7e]{32,})*$/,
  "must be signing keys of at least 32 characters each, newest first, separated by commas without spaces",
);

/** Everything the program can be told, by top-level key. @see README.md, Configuration */
export const schema = object({
  kubeContext: z
    .string("must name a context of the kubeconfig")
    .min(1, "must name a context of the kubeconfig")
    .optional(),
  namespace: namespace.prefault({}),
  sessionSecret: signingKeys.optional(),
  sessionSecretRef: secretRef().optional(),
  storage,
  store: store.prefault({}),
  rotation: rotation.prefault({}),
  app,
  service: service.prefault({}),
  ingress: ingress.nullable().default(null),
  affinity: affinity.prefault({ kind: "none" }),
});

/** A checked configuration, defaults filled in except those that depend on the stack's name. */
export type Settings = z.output<typeof schema>;
