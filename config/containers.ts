import { z } from "zod";
import {
  absolutePath,
  cpuQuantity,
  dnsLabel,
  dnsName,
  environmentName,
  imageReference,
  memoryQuantity,
  object,
  secretEntry,
  text,
  wholeNumber,
} from "./fields.ts";

/** What the containers of the application's pods have in common. */

export const resources = object({
  requests: object({ cpu: cpuQuantity().optional(), memory: memoryQuantity().optional() }).prefault({
    cpu: "50m",
    memory: "128Mi",
  }),
  limits: object({ cpu: cpuQuantity().optional(), memory: memoryQuantity().optional() }).prefault({ memory: "256Mi" }),
});

const named = {
  error: ({ code }: z.core.$ZodRawIssue) =>
    code === "invalid_key"
      ? "is not the name of an environment variable: letters, digits and _, no digit first"
      : "must map the names of environment variables to values",
};

/** Variables in plain text. */
export const env = z
  .record(environmentName(), z.string("must be a string: put numbers and booleans in quotes"), named)
  .default({});

/** A key of a Secret that exists in the namespace, or a top-level secret of the stack's configuration. */
const secretSource = z.union([
  object({ name: dnsName(), key: secretEntry() }),
  object({ config: text(/^[A-Za-z][-\w]{0,62}$/, "must be a top-level key of the configuration") }),
]);

/** Variables out of Secrets. */
export const secretEnv = z.record(environmentName(), secretSource, named).default({});

export const words = () => z.array(z.string("must be a string"), "must be a list of strings");

/** What every container says. */
const container = {
  image: imageReference(),
  command: words().default([]),
  args: words().default([]),
  env,
  secretEnv,
  resources: resources.prefault({}),
};

/** A container that runs to its end before the application starts. */
export const initContainer = object({ name: dnsLabel(), ...container });

/** A container that starts before the application and ends after it. */
export const sidecar = object({
  name: dnsLabel(),
  port: wholeNumber(1, 65535).optional(),
  ready: absolutePath().optional(),
  ...container,
});

export type SecretSource = z.output<typeof secretSource>;
export type ContainerSettings = z.output<typeof initContainer>;
export type SidecarSettings = z.output<typeof sidecar>;
