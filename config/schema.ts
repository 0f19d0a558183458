import { z } from "zod";
import {
  absolutePath,
  alternatives,
  cookieName,
  cpuQuantity,
  dnsLabel,
  dnsName,
  imageReference,
  memoryQuantity,
  mustBe,
  namespaceName,
  notYet,
  object,
  oneOf,
  text,
  wholeNumber,
} from "./fields.ts";
import { maxmemoryBytes } from "./quantity.ts";

/** Name and key of an existing Kubernetes Secret in the stack's namespace. */
const secretRef = () => object({ name: dnsName(), key: text(/^[-._a-zA-Z0-9]+$/, "must be a key of a Secret") });

const namespace = object({
  name: namespaceName().optional(),
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
        "must not lose acknowledged writes or locks, as soft, softerr, nolock and local_lock do",
      ),
      "must be a list of mount options",
    )
    .default(["nfsvers=4.1", "hard", "noatime"]),
});

/** A kind that there is not has the path of `kind`; what is no object has its own. */
function kindMessage(issue: z.core.$ZodRawIssue, kinds: string[], later: string[] = []): string {
  return issue.code === "invalid_union"
    ? mustBe(kinds, later, (issue.input as { kind?: unknown }).kind)
    : `must be an object whose kind is ${alternatives.format(kinds)}`;
}

const className = () => dnsName();

const storage = z.discriminatedUnion(
  "kind",
  [
    object({ kind: z.literal("nfs"), className: className().default("nfs-client"), nfs }),
    object({ kind: z.literal("existing"), className: className() }),
  ],
  { error: (issue) => kindMessage(issue, ["nfs", "existing"]) },
);

/** 60 % of 16Mi. An empty server takes some of it, and a maxmemory of 0 would mean no limit at all. */
const smallestMaxmemory = maxmemoryBytes("16Mi");

const store = object({
  kind: oneOf(["redis"], ["memcached", "external", "none"]).default("redis"),
  engine: oneOf(["valkey", "redis"]).default("valkey"),
  image: imageReference().optional(),
  replicas: wholeNumber(0, 5).default(2),
  durability: oneOf(["always", "everysec"]).default("always"),
  memory: memoryQuantity()
    .refine((memory) => maxmemoryBytes(memory) >= smallestMaxmemory, "must be at least 16Mi")
    .default("256Mi"),
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
  text(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "must be the name of an environment variable: letters, digits and _, no digit first",
  );

const env = z.record(environmentName(), z.string("must be a string: put numbers and booleans in quotes"), {
  error: ({ code }) =>
    code === "invalid_key"
      ? "is not the name of an environment variable: letters, digits and _, no digit first"
      : "must map the names of environment variables to strings",
});

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
  env: env.default({}),
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
  { error: (issue) => kindMessage(issue, ["none", "cookie", "clientIP"], ["hash"]) },
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
