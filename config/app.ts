import { z } from "zod";
import { env, files, initContainer, resources, secretEnv, sidecar, words } from "./containers.ts";
import { cookieName, dnsName, environmentName, flag, imageReference, object, oneOf, wholeNumber } from "./fields.ts";
import { health } from "./health.ts";
import { mountPath } from "./paths.ts";
import { autoscale, claim, rollout, scheduling } from "./rollout.ts";

/** The web application whose sessions are kept. */
export const app = object({
  image: imageReference().describe("your application; in stack `prod` with a tag other than `latest`, or a digest"),
  pullSecrets: z
    .array(dnsName(), "must be a list of Secret names")
    // The API server merges the list by name, and refuses one that is there twice.
    .refine((names) => new Set(names).size === names.length, "must name each Secret once")
    .default([])
    .describe("Secrets of the namespace with the credentials of registries"),
  workload: oneOf(["deployment", "statefulset"])
    .default("deployment")
    .describe("`statefulset`: pods that keep their names, and a claim each if they want"),
  port: wholeNumber(1, 65535).default(8080).describe("where the application listens"),
  replicas: wholeNumber(1, 100)
    .optional()
    .meta({ description: "pods; or `autoscale`, one of the two", otherwise: "`3`, unless `autoscale` says how many" }),
  autoscale: autoscale.nullable().default(null).meta({
    description: "pods by load, of a deployment alone; needs a CPU request",
    page: "operations/scaling.md",
  }),
  rollout: rollout.prefault({}).describe("how pods are replaced"),
  claim: claim
    .nullable()
    .default(null)
    .describe("of a statefulset alone: storage for each pod, which stays when the pod goes"),
  scheduling: scheduling.prefault({}).describe("where pods run"),
  sessionEnv: environmentName()
    .default("SESSION_STORE")
    .describe("name of the variable with the store's URL, and what its parts' variables begin with"),
  session: object({
    cookie: cookieName().optional().meta({ description: "name of your session cookie", otherwise: "not known" }),
    ttlSeconds: wholeNumber(60, 31_536_000)
      .optional()
      .meta({ description: "how long a session lasts; `rotate --finish` needs it", otherwise: "not known" }),
  })
    .prefault({})
    .describe("what affinity is checked against"),
  command: words().default([]).describe("in place of the image's entrypoint; `$(NAME)` is the value of a variable"),
  args: words().default([]).describe("arguments; `$(NAME)` is the value of a variable"),
  env: env.meta({ description: "variables in plain text", page: "workloads/configuration.md" }),
  secretEnv: secretEnv.meta({
    description:
      "variables out of Secrets: `{name, key}` of one in the namespace, or `{config: key}` of this configuration",
    otherwise: "none",
    page: "workloads/configuration.md",
  }),
  files: files.meta({ description: "contents of files by their absolute paths", page: "workloads/configuration.md" }),
  health: health
    .prefault({ kind: "http" })
    .describe("how pods are asked whether they live, and whether they can serve"),
  resources: resources.prefault({}).describe("what the application's container requests, and may take"),
  initContainers: z.array(initContainer, "must be a list of containers").default([]).meta({
    description: "containers that run to their end before the application starts, in their order",
    otherwise: "none",
  }),
  sidecars: z
    .array(sidecar, "must be a list of containers")
    .default([])
    .meta({ description: "containers that start before the application and end after it", otherwise: "none" }),
  podSecurity: oneOf(["restricted", "baseline"])
    .default("restricted")
    .meta({ description: "`baseline`: for images that need root", page: "workloads/pod-security.md" }),
  runAsUser: wholeNumber(0, 2_147_483_647).optional().meta({
    description: "for images whose user is a name instead of a number; 0, which is root, with `baseline` alone",
    otherwise: "the image's",
  }),
  readOnlyRoot: flag().default(true).describe("whether nothing but `writable` can be written to"),
  writable: z
    .array(mountPath(), "must be a list of absolute paths")
    .refine((folders) => new Set(folders).size === folders.length, "must name each folder once")
    .default(["/tmp"])
    .describe("folders that every container of the pod can write to, empty when a pod starts"),
  drainSeconds: wholeNumber(0, 300)
    .default(10)
    .meta({ description: "how long a pod that leaves still serves before SIGTERM", page: "operations/drain.md" }),
  graceSeconds: wholeNumber(1, 3600).optional().meta({
    description: "from the start of the drain to SIGKILL",
    otherwise: "`drainSeconds` + 30",
  }),
});

export type AppSettings = z.output<typeof app>;
