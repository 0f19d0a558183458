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
import { filePath } from "./paths.ts";

/** What the containers of the application's pods have in common. */

export const resources = object({
  requests: object({
    cpu: cpuQuantity().optional().meta({ description: "cores", otherwise: "none where `requests` is given" }),
    memory: memoryQuantity().optional().meta({ description: "bytes", otherwise: "none where `requests` is given" }),
  })
    .prefault({ cpu: "50m", memory: "128Mi" })
    .describe("what the scheduler keeps free for a pod; both are required in stack `prod`"),
  limits: object({
    cpu: cpuQuantity().optional().meta({ description: "cores; a limit only slows a pod down", otherwise: "none" }),
    memory: memoryQuantity()
      .optional()
      .meta({ description: "bytes; what takes more is killed", otherwise: "none where `limits` is given" }),
  })
    .prefault({ memory: "256Mi" })
    .describe("what a container may take"),
});

/** Messages of a record whose keys are names of variables. */
const named = (values: string) => ({
  error: ({ code }: z.core.$ZodRawIssue) =>
    code === "invalid_key"
      ? "is not the name of an environment variable: letters, digits and _, no digit first"
      : `must map the names of environment variables to ${values}`,
});

/** Variables in plain text. */
export const env = z
  .record(environmentName(), z.string("must be a string: put numbers and booleans in quotes"), named("strings"))
  .default({});

const secretKey = object({
  name: dnsName().describe("a Secret of yours in the namespace"),
  key: secretEntry().describe("its key with the value"),
});
const configKey = object({
  config: text(/^[A-Za-z][-\w]{0,62}$/, 'must be a key of the configuration: letters, digits, "-" and "_"').describe(
    "a top-level key of this configuration, set with `pulumi config set --secret`",
  ),
});

/**
 * A key of a Secret that exists in the namespace, or a top-level secret of the stack's configuration. Which of the two
 * is meant tells the key that both cannot have, so that problems are those of the one.
 */
const secretSource = z
  .unknown()
  .transform((value, context): SecretSource => {
    const given = typeof value === "object" && value !== null ? value : {};
    const isConfig = "config" in given;
    if (isConfig === ("name" in given || "key" in given)) {
      context.addIssue(
        "must be either {name, key} of an existing Secret, or {config: a secret key of the configuration}",
      );
      return z.NEVER;
    }
    const result = (isConfig ? configKey : secretKey).safeParse(given);
    if (result.success) return result.data;
    context.issues.push(...(result.error.issues as unknown as typeof context.issues));
    return z.NEVER;
  })
  .meta({ shapes: [secretKey, configKey] });

/** Variables out of Secrets. */
export const secretEnv = z.record(environmentName(), secretSource, named("{name, key} or {config}")).default({});

/** Content of files by their paths. */
export const files = z
  .record(filePath(), z.string("must be a string: the content of the file"), {
    error: ({ code, ...issue }) =>
      code === "invalid_key"
        ? (issue as unknown as z.core.$ZodIssueInvalidKey).issues[0]?.message
        : "must map absolute paths to the contents of files",
  })
  .default({});

export const words = () => z.array(z.string("must be a string"), "must be a list of strings");

const containerName = () => dnsLabel().describe("name of the container");

/** What every container says. */
const container = {
  image: imageReference().describe("its image; in stack `prod` with a tag other than `latest`, or a digest"),
  command: words().default([]).describe("in place of the image's entrypoint"),
  args: words().default([]).describe("arguments"),
  env: env.describe("variables in plain text"),
  secretEnv: secretEnv.meta({ description: "variables out of Secrets, as in `app.secretEnv`", otherwise: "none" }),
  resources: resources.prefault({}).describe("what it requests, and may take"),
};

/** A container that runs to its end before the application starts. */
export const initContainer = object({ name: containerName(), ...container });

/** A container that starts before the application and ends after it. */
export const sidecar = object({
  name: containerName(),
  port: wholeNumber(1, 65535)
    .optional()
    .meta({ description: "where it listens; `app.port` is the application's", otherwise: "none" }),
  ready: absolutePath()
    .optional()
    .meta({ description: "path at `port` whose answer means that it can serve", otherwise: "not asked" }),
  ...container,
});

export type SecretSource = z.output<typeof secretKey> | z.output<typeof configKey>;
export type ResourceSettings = z.output<typeof resources>;
export type ContainerSettings = z.output<typeof initContainer>;
export type SidecarSettings = z.output<typeof sidecar>;
