import { z } from "zod";
import { app } from "./app.ts";
import { affinity, ingress, service } from "./exposure.ts";
import { dnsName, flag, namespaceName, object, secretEntry, text } from "./fields.ts";
import { rotation } from "./rotation.ts";
import { storage } from "./storage.ts";
import { store } from "./store.ts";

/** Name and key of an existing Kubernetes Secret in the stack's namespace. */
const secretRef = () =>
  object({ name: dnsName().describe("name of the Secret"), key: secretEntry().describe("its key with the value") });

const namespace = object({
  name: namespaceName().optional().meta({
    description: "one stack is one namespace, and `<name>-storage` for the provisioner",
    otherwise: "`<project>-<stack>`",
  }),
  create: flag().default(true).describe("`false`: the namespace is there already, and is nobody's of the stack"),
});

/** Signing keys, newest first: 32 characters are the 192 bits that a random base64 key of 24 bytes holds. */
const signingKeys = text(
  /^[\x21-\x2b\x2d-\x7e]{32,}(,[\x21-\x2b\x2d-\x7e]{32,})*$/,
  "must be signing keys of at least 32 characters each, newest first, separated by commas without spaces",
);

/** Everything the program can be told, by top-level key. docs/config.md and the editors' JSON Schema are made of it. */
export const schema = object({
  kubeContext: z
    .string("must name a context of the kubeconfig")
    .min(1, "must name a context of the kubeconfig")
    .optional()
    .meta({
      description: "context of the kubeconfig that everything is applied to, whichever is current",
      otherwise: "required, but for stack `local`",
    }),
  namespace: namespace.prefault({}).describe("The namespace of everything but the provisioner."),
  sessionSecret: signingKeys.optional().meta({
    description: "signing keys of cookies, newest first, separated by commas; set with `pulumi config set --secret`",
    otherwise: "generated",
  }),
  sessionSecretRef: secretRef().optional().meta({
    description: "a Secret of yours in the namespace with signing keys, instead of `sessionSecret`",
    otherwise: "none",
  }),
  storage: storage.describe("Where the store's volumes come from."),
  store: store.prefault({}).describe("Where the sessions are kept."),
  rotation: rotation.prefault({}).meta({
    description: "Versions of what the stack makes itself, the one in use first: `npm run store -- rotate` moves them.",
    page: "operations/rotation.md",
  }),
  app: app.meta({ description: "The web application whose sessions are kept.", page: "workloads/README.md" }),
  service: service.prefault({}).describe("The Service of the application."),
  ingress: ingress
    .nullable()
    .default(null)
    .describe("The way in by hosts and paths; without it the application is reached by its Service alone."),
  affinity: affinity.prefault({ kind: "none" }).meta({
    description: "What leads a visitor back to the same pod. It saves work; sessions do not need it.",
    page: "affinity/README.md",
  }),
});

/** A checked configuration, defaults filled in except those that depend on the stack's name. */
export type Settings = z.output<typeof schema>;
