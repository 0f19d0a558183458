import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  /** What the program gave. A secret in it is wrapped: compare it with `secret(…)`. */
  inputs: Record<string, unknown>;
  /** Names the types of all its parents: `…::parent:index:Type$kubernetes:core/v1:Service::name`. */
  urn: string;
  /** `<urn>::<id>` of an explicit provider, or "". */
  provider: string;
}

/** Everything one run of a program registered, and what it returned. */
export interface Run<T> {
  result: T;
  resources: Registered[];
  /** The one resource of this type and name: they are registered in no certain order. */
  find: (type: string, name: string) => Registered;
}

export const project = "shop";

/** Password that every RandomPassword gets under these mocks: it has all that a URL does not take as it is. */
export const nastyPassword = "p@ss/w:rd?#%&+ ü";

/**
 * Runs a program under mocks and waits until all it made is registered.
 *
 * Mocks know nothing of dependsOn, protect, timeouts and aliases, mark no result as secret by themselves, and accept
 * every object: they prove what the program asks for, not that an API server takes it.
 */
export async function run<T>(program: () => T, stack = "test"): Promise<Run<T>> {
  const calls: pulumi.runtime.MockResourceArgs[] = [];
  const newResource = (args: pulumi.runtime.MockResourceArgs) => {
    calls.push(args);
    const result = args.type === passwordType ? { result: nastyPassword } : {};
    const state: Record<string, unknown> = { ...(args.inputs as object), ...result };
    return { id: `${args.name}-id`, state };
  };
  const call = ({ token }: pulumi.runtime.MockCallArgs): never => {
    throw new Error(`the program called ${token}, which no mock answers`);
  };
  await pulumi.runtime.setMocks({ newResource, call }, project, stack);
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const result = await withoutStacks(async () => {
    const made = program();
    await pulumi.runtime.disconnect();
    return { made };
  });
  const urns = [...monitor.getRegisteredResources().keys()];
  const resources = calls.map((args) => withUrn(args, urns));
  return { result: result.made, resources, find: (type, name) => only(resources, type, name) };
}

/** Pulumi notes the stack of every promise, and mapping these to the sources would take most of the time of a run. */
export async function withoutStacks<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export const passwordType = "random:index/randomPassword:RandomPassword";

function withUrn({ type, name, inputs, provider }: pulumi.runtime.MockResourceArgs, urns: string[]): Registered {
  const found = urns.filter((urn) => new RegExp(`(::|\\$)${type}::${name}$`).test(urn));
  assert.equal(found.length, 1, `${type} ${name} has the URNs ${found.join(" ")}`);
  return { type, name, inputs: inputs as Record<string, unknown>, urn: found[0] ?? "", provider: provider ?? "" };
}

function only(resources: Registered[], type: string, name: string): Registered {
  const found = resources.filter((resource) => resource.type === type && resource.name === name);
  const there = resources.map((resource) => `${resource.type} ${resource.name}`).join("\n  ");
  assert.ok(found[0] !== undefined && found.length === 1, `${found.length} of ${type} ${name} among:\n  ${there}`);
  return found[0];
}

/** A secret as it stands in a resource's inputs. @see sdk/nodejs/runtime/rpc.ts of pulumi */
export function secret(value: unknown) {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value };
}

/** What an output resolves to. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
  return (output as unknown as { promise(): Promise<pulumi.Unwrap<T>> }).promise();
}

/** Types of the resources below a component, with their names, sorted: what it made. */
export function children({ resources }: Run<unknown>, parentType: string): string[] {
  return resources
    .filter(({ urn }) => urn.split("::")[2]?.startsWith(`${parentType}$`))
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}
