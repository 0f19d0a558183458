import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
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
  const input = topLevel(pulumi.runtime.allConfig(), project);
  const instance = `${project}-${stack}`;
  const settings = check(input, project, { stack, instance, isSecret: (key) => isSecretKey(config, key) });
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
    protect: stack === "prod",
  };
}

/** The claim of the backups is as large as a member's, unless the user knows better. */
function withBackupSize(store: StoreSettings): StoreSettings {
  if (store.kind !== "redis" || store.backup === null) return store;
  return { ...store, backup: { ...store.backup, size: store.backup.size ?? store.size } };
}

/** The project's own keys, objects parsed; other namespaces (`kubernetes:…`, `pulumi:…`) belong to somebody else. */
function topLevel(all: Record<string, string>, project: string): Record<string, unknown> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), parse(value)]));
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

/** Values that no message shows: signing keys, the application's own variables, and whatever the user encrypted. */
function mayBeSecret([key = "", inner]: string[], isSecret: Surroundings["isSecret"]): boolean {
  return key === "sessionSecret" || (key === "app" && inner === "env") || isSecret(key);
}

/** Whether a key was set with --secret. The SDK knows it, but leaves it out of its type declarations. */
function isSecretKey(config: pulumi.Config, key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(`${config.name}:${key}`);
}
