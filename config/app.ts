import { z } from "zod";
import { env, files, initContainer, resources, secretEnv, sidecar, words } from "./containers.ts";
import { cookieName, dnsName, environmentName, flag, imageReference, object, oneOf, wholeNumber } from "./fields.ts";
import { health } from "./health.ts";
import { mountPath } from "./paths.ts";
import { autoscale, claim, rollout, scheduling } from "./rollout.ts";

/** The web application whose sessions are kept. */
export const app = object({
  image: imageReference(),
  pullSecrets: z
    .array(dnsName(), "must be a list of Secret names")
    // The API server merges the list by name, and refuses one that is there twice.
    .refine((names) => new Set(names).size === names.length, "must name each Secret once")
    .default([]),
  workload: oneOf(["deployment", "statefulset"]).default("deployment"),
  port: wholeNumber(1, 65535).default(8080),
  /** Default 3, unless autoscale says how many. */
  replicas: wholeNumber(1, 100).optional(),
  autoscale: autoscale.nullable().default(null),
  rollout: rollout.prefault({}),
  /** statefulset alone: storage for each pod, which stays when the pod goes. */
  claim: claim.nullable().default(null),
  scheduling: scheduling.prefault({}),
  sessionEnv: environmentName().default("SESSION_STORE"),
  session: object({
    cookie: cookieName().optional(),
    ttlSeconds: wholeNumber(60, 31_536_000).optional(),
  }).prefault({}),
  command: words().default([]),
  args: words().default([]),
  env,
  secretEnv,
  /** Content of files by their absolute paths. */
  files,
  health: health.prefault({ kind: "http" }),
  resources: resources.prefault({}),
  initContainers: z.array(initContainer, "must be a list of containers").default([]),
  sidecars: z.array(sidecar, "must be a list of containers").default([]),
  /** baseline: for images that need root. */
  podSecurity: oneOf(["restricted", "baseline"]).default("restricted"),
  /** For images whose user is a name instead of a number; 0, which is root, with podSecurity baseline alone. */
  runAsUser: wholeNumber(0, 2_147_483_647).optional(),
  readOnlyRoot: flag().default(true),
  /** Folders that every container of the pod can write to, empty when a pod starts. */
  writable: z
    .array(mountPath(), "must be a list of absolute paths")
    .refine((folders) => new Set(folders).size === folders.length, "must name each folder once")
    .default(["/tmp"]),
  drainSeconds: wholeNumber(0, 300).default(10),
  /** Seconds from SIGTERM and preStop to SIGKILL; default drainSeconds + 30. */
  graceSeconds: wholeNumber(1, 3600).optional(),
});

export type AppSettings = z.output<typeof app>;
