import { z } from "zod";
import {
  absolutePath,
  cookieName,
  cpuQuantity,
  dnsName,
  imageReference,
  memoryQuantity,
  notYet,
  object,
  oneOf,
  text,
  wholeNumber,
} from "./fields.ts";

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

/** The web application whose sessions are kept. */
export const app = object({
  image: imageReference(),
  pullSecrets: z
    .array(dnsName(), "must be a list of Secret names")
    // The API server merges the list by name, and refuses one that is there twice.
    .refine((names) => new Set(names).size === names.length, "must name each Secret once")
    .default([]),
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
