import assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError, readConfig, type StackConfig } from "../config.ts";
import { project } from "./mocks.ts";

/** The least that a stack must say. */
export const minimal = {
  kubeContext: "kind-shop",
  storage: { kind: "existing", className: "block" },
  app: { image: "ghcr.io/acme/shop:1.4.2" },
};

/** Storage on NFS with nothing but what has no default. */
export const nfs = { kind: "nfs", nfs: { server: "nfs.example.internal", path: "/exports/sessions" } };

/** An Ingress with nothing but what has no default. */
export const ingress = { hosts: [{ host: "shop.example.com" }] };

export interface Surroundings {
  stack?: string;
  /** Top-level keys that were set with --secret. */
  secretKeys?: string[];
}

/** Sets the configuration of a stack, values encoded as the engine does: strings as they are, the rest as JSON. */
export async function configure(
  values: Record<string, unknown>,
  { stack = "dev", secretKeys = [] }: Surroundings = {},
) {
  await pulumi.runtime.setMocks({ newResource: refuse, call: refuse }, project, stack);
  setConfig(values, secretKeys);
}

/** The same where a stack runs already. */
export function setConfig(values: Record<string, unknown>, secretKeys: string[] = []) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  const encode = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  pulumi.runtime.setAllConfig(
    Object.fromEntries(given.map(([key, value]) => [`${project}:${key}`, encode(value)])),
    secretKeys.map((key) => `${project}:${key}`),
  );
}

function refuse(): never {
  throw new Error("reading the configuration registers nothing and calls nothing");
}

/** What the program gets for the minimal configuration with some values in place of its own. */
export async function read(overrides: Record<string, unknown>, surroundings?: Surroundings): Promise<StackConfig> {
  await configure({ ...minimal, ...overrides }, surroundings);
  return readConfig();
}

/** The lines by which the same configuration is refused. */
export async function problemsOf(overrides: Record<string, unknown>, surroundings?: Surroundings): Promise<string[]> {
  await configure({ ...minimal, ...overrides }, surroundings);
  try {
    readConfig();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  throw new assert.AssertionError({ message: "the configuration was not refused" });
}

/** A value of one key and the lines that it is refused with, each without `<project>:<key>` at its start. */
export type Refusal = [value: unknown, ...lines: string[]];

/** Refusals of keys inside `app`, each beside an image that is good. */
export const inside = (refusals: [value: object, ...lines: string[]][]): Refusal[] =>
  refusals.map(([value, ...lines]) => [{ ...minimal.app, ...value }, ...lines]);

/** What reading a configuration warns of: without an engine the warnings go to the console. */
export async function warned(values: Record<string, unknown>, surroundings: Surroundings): Promise<string[]> {
  const { mock: spy } = mock.method(console, "warn", () => undefined);
  try {
    await read(values, surroundings);
  } finally {
    spy.restore();
  }
  return spy.calls.map(({ arguments: [line] }) => String(line).replace("warning: [runtime] ", ""));
}

/** One test a refusal. */
export function refuses(key: string, refusals: Refusal[], surroundings?: Surroundings) {
  for (const [value, ...lines] of refusals) {
    it(`refuses ${key} ${value === undefined ? "left out" : JSON.stringify(value)}`, async () => {
      assert.deepEqual(
        await problemsOf({ [key]: value }, surroundings),
        lines.map((line) => `${project}:${key}${line}`),
      );
    });
  }
}
