import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { projectName, readStackFile, stacks } from "../render/stackFile.ts";
import { differences, environments, settingsOf } from "../docs/generator/environmentsPage.ts";
import { warned } from "./configs.ts";

/** The paths of everything below a value that is no object, or an empty one; a list counts as one. */
function leaves(value: unknown, path = ""): [path: string, value: unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`));
}

/** The top-level keys of a stack's file, without what each stack has of its own. */
function valuesOf(stack: string): Record<string, unknown> {
  const { values } = readStackFile(stack);
  const prefix = `${projectName()}:`;
  const parsed = (value: string) => (/^[[{]/.test(value) ? (JSON.parse(value) as unknown) : value);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key.replace(prefix, ""), parsed(value)]));
}

describe("docs/environments.md", () => {
  it("tells of every stack that has a file", () => {
    assert.deepEqual(stacks().sort(), [...environments].sort());
  });

  it("has all that differs between them in its table, and nothing else", () => {
    const all = environments.map((stack) => new Map(leaves(settingsOf(stack))));
    const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
    const differing = paths.filter((path) => {
      const [first, ...others] = all.map((settings) => settings.get(path));
      return others.some((other) => !isDeepStrictEqual(other, first));
    });
    const isBelow = (path: string, key: string) => path === key || path.startsWith(`${key}.`);
    assert.deepEqual(
      differing.filter((path) => !differences.some(({ key }) => isBelow(path, key))),
      [],
    );
    assert.deepEqual(
      differences.filter(({ key }) => !differing.some((path) => isBelow(path, key))),
      [],
    );
  });

  for (const stack of ["staging", "prod"]) {
    it(`gives nothing up in stack ${stack}, held to the rules of prod`, async () => {
      assert.deepEqual(await warned(valuesOf(stack), { stack: "prod" }), []);
    });
  }
});
