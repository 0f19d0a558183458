import { z } from "zod";
import { app } from "./app.ts";
import { affinity, ingress, service } from "./exposure.ts";
import { dnsName, flag, namespaceName, object, secretEntry, text } from "./fields.ts";
import { rotation } from "./rotation.ts";
import { storage } from "./storage.ts";
import { store } from "./store.ts";

/** Name and key of an existing Kubernetes Secret in the stack's namespace. */
const secretRef = () => object({ name: dnsName(), key: secretEntry() });

const namespace = object({
  name: namespaceName().optional(),
  create: flag().default(true),
});

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
