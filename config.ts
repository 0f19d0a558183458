import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { appSecretKeys } from "./config/appSecrets.ts";
import { requirements } from "./config/exposureWarnings.ts";
import { crossChecks, type Problem, type Surroundings } from "./config/rules.ts";
import { schema, type Settings } from "./config/schema.ts";
import type { StoreSettings } from "./config/store.ts";
import { warnings } from "./config/warnings.ts";

/** The checked configuration of one stack, every default filled in. */
export interface StackConfig extends Omit<Settings, "kubeContext" | "namespace" | "sessionSecret"> {
  /** Owner of the cluster-scoped objects and value of the label app.kubernetes.io/instance: `<project>-<stack>`. */
  instance: string;
  /** Context of the kubeconfig that everything is applied to. */
  kubeContext: string;
  namespace: { name: string; create: boolean };
  /** Signing keys, newest first, separated by commas. Undefined: generated, or in sessionSecretRef. */
  sessionSecret: pulumi.Output<string> | undefined;
  /** Secrets of the application, by the key of the configuration that a `secretEnv` names. */
  appSecrets: Record<string, pulumi.Output<string>>;
  /** Whether the store's StatefulSet refuses to be deleted: in stack prod. */
  protect: boolean;
}

/** All problems of a configuration at once, one line each. */
export class ConfigError extends pulumi.RunError {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(["The configuration of this stack cannot be used:", ...problems.map((line) => `  ${line}`)].join("\n"));
    this.problems = problems;
  }
}

/** Context that the local node's kubeconfig calls itself. */
export const localContext = "session-stack-local";

/**
 * Reads every key of the stack's configuration once, and warns of what it gives up.
 * @throws ConfigError naming every key that is unknown, missing or wrong.
 */
export function readConfig(): StackConfig {
  const config = new pulumi.Config();
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  const given = topLevel(pulumi.runtime.allConfig(), project);
  const { secrets, input } = apart(given);
  const instance = `${project}-${stack}`;
  const settings = check(input, project, {
    stack,
    instance,
    isSecret: (key) => isSecretKey(config, key),
    isSet: (key) => Object.hasOwn(given, key),
  });
  for (const warning of warnings(settings, stack)) void pulumi.log.warn(warning);
  // Rendered manifests go to standard output, where a note would stand among them.
  if (pulumi.runtime.hasEngine()) for (const note of requirements(settings)) void pulumi.log.info(note);
  return {
    ...settings,
    store: withBackupSize(settings.store),
    instance,
    kubeContext: settings.kubeContext ?? localContext,
    namespace: { name: settings.namespace.name ?? instance, create: settings.namespace.create },
    sessionSecret: settings.sessionSecret === undefined ? undefined : pulumi.secret(settings.sessionSecret),
    appSecrets: Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, pulumi.secret(value)])),
    protect: stack === "prod",
  };
}

/** The claim of the backups is as large as a member's, unless the user knows better. */
function withBackupSize(store: StoreSettings): StoreSettings {
  if (store.kind !== "redis" || store.backup === null) return store;
  return { ...store, backup: { ...store.backup, size: store.backup.size ?? store.size } };
}

/** The project's own keys; other namespaces (`kubernetes:…`, `pulumi:…`) belong to somebody else. */
function topLevel(all: Record<string, string>, project: string): Record<string, string> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), value]));
}

/** Secrets that `app` names, exactly as they were set, and everything else, objects parsed. */
function apart(given: Record<string, string>) {
  const named = new Set(appSecretKeys(parse(given.app ?? "")));
  const entries = Object.entries(given);
  return {
    secrets: Object.fromEntries(entries.filter(([key]) => named.has(key))),
    input: Object.fromEntries(entries.filter(([key]) => !named.has(key)).map(([key, value]) => [key, parse(value)])),
  };
}

/** Pulumi hands objects and lists over as JSON, null as nothing, and everything else as it is written. */
function parse(value: string): unknown {
  if (value === "") return null;
  if (!/^\s*([{[]|null\s*$)/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function check(input: Record<string, unknown>, project: string, surroundings: Surroundings): Settings {
  const result = schema.safeParse(input);
  const problems = result.success ? crossChecks(result.data, surroundings) : result.error.issues.flatMap(toProblems);
  if (result.success && problems.length === 0) return result.data;
  const values = result.success ? result.data : input;
  const lines = problems.map((problem) => sentence(problem, values, project, surroundings.isSecret));
  // Two checks of one value may say the same.
  throw new ConfigError([...new Set(lines)]);
}

/** One problem for each key that is not known, so that its line begins with its path. */
function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const { path, message } = issue;
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ path: [...path, key], message }))
    : [{ path, message }];
}

function sentence({ path, message }: Problem, values: object, project: string, isSecret: Surroundings["isSecret"]) {
  if (path.length === 0) return message;
  const where = `${project}:${path.map(String).join(".")}`;
  if (!message.startsWith("must ")) return `${where} ${message}`;
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], values);
  if (value === undefined) return `${where} is missing: it ${message}`;
  const hidden = typeof value === "object" && value !== null;
  return hidden || mayBeSecret(path.map(String), isSecret)
    ? `${where} ${message}`
    : `${where} ${message}, got ${JSON.stringify(value)}`;
}

/** Values that no message shows: signing keys, what the application is configured by, and whatever the user encrypted. */
function mayBeSecret(path: string[], isSecret: Surroundings["isSecret"]): boolean {
  const [key = ""] = path;
  return key === "sessionSecret" || isConfidential(path.join(".")) || isSecret(key);
}

/** Whether a path leads into variables or files of one of the application's containers. */
function isConfidential(path: string): boolean {
  return /^app\.((initContainers|sidecars)\.\d+\.)?(env|secretEnv|files)(\.|$)/.test(path);
}

/** Whether a key was set with --secret. The SDK knows it, but leaves it out of its type declarations. */
function isSecretKey(config: pulumi.Config, key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(`${config.name}:${key}`);
}
