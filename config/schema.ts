import { z } from "zod";
import {
  absolutePath,
  cookieName,
  cpuQuantity,
  dnsLabel,
  dnsName,
  imageReference,
  memoryQuantity,
  notYet,
  object,
  oneOf,
  text,
  wholeNumber,
} from "./fields.ts";

/** Name and key of an existing Kubernetes Secret in the stack's namespace. */
const secretRef = () => object({ name: dnsName(), key: text(/^[-._a-zA-Z0-9]+$/, "must be a key of a Secret") });

const namespace = object({
  // Room for "-storage", the provisioner's own namespace.
  name: dnsLabel(55).optional(),
  create: z.boolean("must be true or false").default(true),
});

/** Options that would trade acknowledged writes for liveness, or break the single-writer lock. */
const unsafeMountOptions = /^(soft|softerr|nolock|local_lock=.*)$/;

const nfs = object({
  server: dnsName(),
  path: absolutePath(),
  provisioner: oneOf(["subdir"], ["csi"]).default("subdir"),
  provisionerImage: imageReference().default("registry.k8s.io/sig-storage/nfs-subdir-external-provisioner:v4.0.2"),
  directories: oneOf(["stable", "unique"]).default("stable"),
  prefix: dnsLabel().optional(),
  mountOptions: z
    .array(
      text(/^[\w.=:/-]+$/, "must be a mount option such as nfsvers=4.1").refine(
        (option) => !unsafeMountOptions.test(option),
        {
          error: "would lose acknowledged writes or locks; use hard",
        },
      ),
      "must be a list of mount options",
    )
    .default(["nfsvers=4.1", "hard", "noatime"]),
});

const className = () => dnsName();

const storage = z.discriminatedUnion(
  "kind",
  [
    object({ kind: z.literal("nfs"), className: className().default("nfs-client"), nfs }),
    object({ kind: z.literal("existing"), className: className() }),
  ],
  { error: "must be an object whose kind is nfs or existing" },
);

const store = object({
  kind: oneOf(["redis"], ["memcached", "external", "none"]).default("redis"),
  engine: oneOf(["valkey", "redis"]).default("valkey"),
  image: imageReference().optional(),
  replicas: wholeNumber(0, 5).default(2),
  durability: oneOf(["always", "everysec"]).default("always"),
  memory: memoryQuantity().default("256Mi"),
  size: memoryQuantity().default("1Gi"),
  eviction: oneOf(["noeviction", "volatile-ttl"]).default("noeviction"),
  external: notYet(),
});

const resources = object({
  requests: object({ cpu: cpuQuantity().optional(), memory: memoryQuantity().optional() }).prefault({
    cpu: "50m",
    memory: "128Mi",
  }),
  limits: object({ cpu: cpuQuantity().optional(), memory: memoryQuantity().optional() }).prefault({ memory: "256Mi" }),
});

const environmentName = () =>
  text(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable: letters, digits and _");

const app = object({
  image: imageReference(),
  pullSecrets: z.array(dnsName(), "must be a list of Secret names").default([]),
  workload: oneOf(["deployment"], ["statefulset"]).default("deployment"),
  port: wholeNumber(1, 65535).default(8080),
  replicas: wholeNumber(1, 100).default(3),
  autoscale: notYet(),
  sessionEnv: environmentName().default("SESSION_STORE"),
  session: object({
    cookie: cookieName().optional(),
    ttlSeconds: wholeNumber(60, 31_536_000).optional(),
  }).prefault({}),
  env: z.record(environmentName(), z.string("must be a string"), "must map variable names to strings").default({}),
  secretEnv: notYet(),
  args: notYet(),
  files: notYet(),
  health: object({
    live: absolutePath().default("/healthz"),
    ready: absolutePath().default("/readyz"),
  }).prefault({}),
  resources: resources.prefault({}),
  drainSeconds: wholeNumber(0, 300).default(10),
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
        host: dnsName(),
        paths: z.array(absolutePath(), "must be a list of paths").min(1, "needs at least one path").default(["/"]),
      }),
      "must be a list of hosts",
    )
    .min(1, "needs at least one host"),
  tls: z.null("is not yet supported; remove it or set null").optional(),
  annotations: notYet(),
});

const affinity = z.discriminatedUnion(
  "kind",
  [
    object({ kind: z.literal("none") }),
    object({
      kind: z.literal("cookie"),
      name: cookieName().default("session-stack-affinity"),
      maxAgeSeconds: wholeNumber(1, 31_536_000).optional(),
    }),
    object({ kind: z.literal("clientIP"), timeoutSeconds: wholeNumber(1, 86_400).default(10_800) }),
  ],
  {
    error: (issue) =>
      (issue.input as { kind?: unknown } | undefined)?.kind === "hash"
        ? `kind "hash" is not yet supported; use none, cookie or clientIP`
        : "must be an object whose kind is none, cookie or clientIP",
  },
);

/** Signing keys, newest first: 32 characters are the 192 bits that a random base64 key of 24 bytes holds. */
const signingKeys = text(
  /^[\x21-\x2b\x2d-\x7e]{32,}(,[\x21-\x2b\x2d-\x7e]{32,})*$/,
  "must be signing keys of at least 32 characters each, newest first, separated by commas without spaces",
);

/** Everything the program can be told, by top-level key. @see docs/config.md */
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
  app,
  service: service.prefault({}),
  ingress: ingress.nullable().default(null),
  affinity: affinity.prefault({ kind: "none" }),
});

/** A checked configuration, defaults filled in except those that depend on the stack's name. */
export type Settings = z.output<typeof schema>;
