import assert from "node:assert/strict";
import { fieldChanges, type FieldChange } from "../deploy/fieldChanges.ts";

const cases: [title: string, before: unknown, after: unknown, changes: FieldChange[]][] = [
  ["equal values", { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
  ["a missing field and one that is undefined", { a: 1 }, { a: 1, b: undefined }, []],
  ["a field", { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, [{ path: "spec.replicas", before: 2, after: 3 }]],
  [
    "what is new and what is gone, down to the leaves",
    { old: { a: 1, b: [2] } },
    { young: { c: { d: "x" } } },
    [
      { path: "old.a", before: 1, after: undefined },
      { path: "old.b[0]", before: 2, after: undefined },
      { path: "young.c.d", before: undefined, after: "x" },
    ],
  ],
  [
    "items of a list by their name, whatever their place",
    { containers: [{ name: "app", image: "a:1" }, { name: "side" }] },
    { containers: [{ name: "log" }, { name: "app", image: "a:2" }] },
    [
      { path: "containers[app].image", before: "a:1", after: "a:2" },
      { path: "containers[side].name", before: "side", after: undefined },
      { path: "containers[log].name", before: undefined, after: "log" },
    ],
  ],
  [
    "items by their place, where names are missing or not unique",
    { ports: [{ port: 80 }], env: [{ name: "A" }, { name: "A", value: "1" }] },
    { ports: [{ port: 81 }], env: [{ name: "A" }, { name: "A", value: "2" }] },
    [
      { path: "ports[0].port", before: 80, after: 81 },
      { path: "env[1].value", before: "1", after: "2" },
    ],
  ],
  [
    "keys with dots and slashes, and fields that the client calls otherwise",
    { annotations: { "a.b/c": "1" }, ingress: [{ _from: ["x"] }] },
    { annotations: { "a.b/c": "2" }, ingress: [{ _from: ["y"] }] },
    [
      { path: 'annotations["a.b/c"]', before: "1", after: "2" },
      { path: "ingress[0].from[0]", before: "x", after: "y" },
    ],
  ],
  ["an empty object that is new", {}, { emptyDir: {} }, [{ path: "emptyDir", before: undefined, after: {} }]],
  ["null in place of a tree", { a: { b: 1 } }, { a: null }, [{ path: "a", before: { b: 1 }, after: null }]],
];

describe("changes of fields", () => {
  for (const [title, before, after, changes] of cases) {
    it(title, () => assert.deepEqual(fieldChanges(before, after), changes));
  }
});
