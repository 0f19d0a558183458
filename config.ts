import * as pulumi from "@pulumi/pulumi";
import { crossChecks, type Problem } from "./config/rules.ts";
import { schema, type Settings } from "./config/schema.ts";

/** The checked configuration of one stack, every default filled in. */
export interface StackConfig extends Omit<Settings, "kubeContext" | "namespace" | "sessionSecret"> {
  /** Owner of the cluster-scoped objects and value of the label app.kubernetes.io/instance: `<project>-<stack>`. */
  instance: string;
  /** Context of the kubeconfig that everything is applied to. */
  kubeContext: string;
  namespace: { name: string; create: boolean };
  /** Signing keys, newest first, separated by commas. Undefined: generated, or in sessionSecretRef. */
  sessionSecret: pulumi.Output<string> | undefined;
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

/** Top-level keys whose value is never shown. */
const secretKeys = new Set(["sessionSecret"]);

/**
 * Reads every key of the stack's configuration once.
 * @throws ConfigError naming every key that is unknown, missing or wrong.
 */
export function readConfig(): StackConfig {
  const config = new pulumi.Config();
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  const input = topLevel(pulumi.runtime.allConfig(), project);
  const settings = check(input, project, { stack, isSecret: (key) => isSecretKey(config, key) });
  const instance = `${project}-${stack}`;
  return {
    ...settings,
    instance,
    kubeContext: settings.kubeContext ?? localContext,
    namespace: { name: settings.namespace.name ?? instance, create: settings.namespace.create },
    sessionSecret: settings.sessionSecret === undefined ? undefined : pulumi.secret(settings.sessionSecret),
  };
}

/** The project's own keys, objects parsed; other namespaces (`kubernetes:…`, `pulumi:…`) belong to somebody else. */
function topLevel(all: Record<string, string>, project: string): Record<string, unknown> {
  const own = Object.entries(all).filter(([key]) => key.startsWith(`${project}:`));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(project.length + 1), parse(value)]));
}

/** Pulumi hands objects, lists, numbers and null over as JSON, and strings as they are. */
function parse(value: string): unknown {
  if (!/^\s*([{[]|null\s*$)/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function check(
  input: Record<string, unknown>,
  project: string,
  surroundings: Parameters<typeof crossChecks>[1],
): Settings {
  const result = schema.safeParse(input);
  const problems: Problem[] = result.success ? crossChecks(result.data, surroundings) : flatten(result.error.issues);
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(problems.map((problem) => sentence(problem, input, project)));
}

/** One problem an issue; zod nests those of a discriminated union's options no deeper. */
function flatten(issues: { path: PropertyKey[]; message: string }[]): Problem[] {
  return issues.map(({ path, message }) => ({ path, message }));
}

function sentence({ path, message }: Problem, input: unknown, project: string): string {
  const where = `${project}:${path.map(String).join(".")}`;
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  if (secretKeys.has(String(path[0]))) return `${where} ${message}`;
  if (value === undefined)
    return /^(is|has|and) /.test(message) ? `${where} ${message}` : `${where} is missing: it ${message}`;
  return typeof value === "object" && value !== null
    ? `${where} ${message}`
    : `${where} ${message}, got ${JSON.stringify(value)}`;
}

/** Whether a key was set with --secret. The SDK knows it, but leaves it out of its type declarations. */
function isSecretKey(config: pulumi.Config, key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(`${config.name}:${key}`);
}
