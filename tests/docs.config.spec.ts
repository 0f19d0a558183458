import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import Ajv from "ajv";
import fc from "fast-check";
import { parse, parseAllDocuments } from "yaml";
import { rowOf, rowsBelow } from "../docs/generator/configRows.ts";
import { docs } from "../docs/generator/pages.ts";
import { settings, type Part } from "../docs/generator/settings.ts";
import { stackSchema } from "../docs/generator/stackSchema.ts";
import { projectName, stackFilePath, stacks } from "../render/stackFile.ts";
import { validConfig } from "./configArbitrary.ts";
import { ingress, minimal } from "./configs.ts";

const root = new URL("../", docs);
const project = projectName();

/** The schema of whole files, and one for examples: they leave out top-level keys and the image, which are not their subject. */
const whole = new Ajv({ allErrors: true }).compile(stackSchema());
const partial = new Ajv({ allErrors: true }).compile(withoutRequired());

function withoutRequired(): object {
  const schema = stackSchema();
  const { config } = schema.properties;
  const app = config.properties[`${project}:app`] as Part;
  app.required = app.required?.filter((key) => key !== "image");
  config.required = [];
  return schema;
}

/** What a file is refused with, each problem once. */
function problems(validate: Ajv.ValidateFunction, file: unknown): string[] {
  if (validate(file)) return [];
  const lines = (validate.errors ?? []).map(({ dataPath, message = "" }) => `${dataPath} ${message}`);
  return [...new Set(lines)];
}

/** A file with the least that a stack must say, and something more, by keys below the project. */
function fileOf(values: object): object {
  const own = Object.entries({ ...minimal, ...values }).filter(([, value]) => value !== undefined);
  return { config: Object.fromEntries(own.map(([key, value]) => [`${project}:${key}`, value])) };
}

/** YAML in Markdown that says something of this project's configuration, as files. */
function examplesIn(path: string): unknown[] {
  const text = readFileSync(new URL(path, root), "utf8");
  return [...text.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)]
    .flatMap(([, indent = "", block = ""]) => parseAllDocuments(block.replaceAll(`\n${indent}`, "\n").trim()))
    .map((document) => document.toJS() as Record<string, unknown> | null)
    .map((content) => (content !== null && "config" in content ? content : { config: content }))
    .filter(({ config }) => Object.keys(config ?? {}).some((key) => key.startsWith(`${project}:`)));
}

describe("docs/config.md", () => {
  const { properties = {} } = settings();

  it("says what every key means, and where its default is not in the schema, what that is", () => {
    const rows = Object.entries(properties).flatMap(([key, part]) => [
      rowOf(part, key, true),
      ...rowsBelow(part).map((row) => ({ ...row, key: `${key}.${row.key}` })),
    ]);
    assert.ok(rows.length > 100);
    assert.deepEqual(
      rows.filter(({ meaning }) => meaning === "").map(({ key }) => key),
      [],
    );
    const unknown = Object.entries(properties).flatMap(([key, part]) =>
      rowsBelow(part)
        .filter((row) => row.default === "" && row.values !== "")
        .map((row) => `${key}.${row.key}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("leads to pages that are there", () => {
    const page = readFileSync(new URL("config.md", docs), "utf8");
    const linked = [...page.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = ""]) => path);
    assert.deepEqual(
      linked.filter((path) => !existsSync(new URL(path, docs))),
      [],
    );
  });
});

describe("the JSON Schema of stack files", () => {
  for (const stack of stacks()) {
    it(`takes Pulumi.${stack}.yaml, which names it`, () => {
      const text = readFileSync(stackFilePath(stack), "utf8");
      assert.deepEqual(problems(whole, parse(text)), []);
      assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=./docs/pulumi-stack.schema.json");
    });
  }

  const below = (folder: string) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" }).map((path) => folder + path);
  const pages = ["README.md", ...below("docs/"), ...below("examples/")].filter((path) => path.endsWith(".md")).sort();
  for (const path of pages.filter((path) => examplesIn(path).length > 0)) {
    it(`takes the examples of ${path}`, () => {
      for (const example of examplesIn(path)) assert.deepEqual(problems(partial, example), []);
    });
  }

  it("takes what the program takes", () => {
    fc.assert(
      fc.property(validConfig, (values) => assert.deepEqual(problems(whole, fileOf(values)), [])),
      { numRuns: 200 },
    );
  });

  it("takes what the engine writes, and keys of providers", () => {
    const { config } = fileOf({}) as { config: object };
    const file = {
      secretsprovider: "passphrase",
      encryptionsalt: "v1:…",
      environment: ["shop/prod"],
      config: { ...config, "kubernetes:namespace": "shop", [`${project}:licence`]: { secure: "v1:…" } },
    };
    assert.deepEqual(problems(whole, file), []);
  });

  it("tells defaults with the meaning, in Markdown and without, and nothing that editors do not know", () => {
    const { properties } = stackSchema().properties.config;
    assert.deepEqual(properties[`${project}:app`]?.properties?.drainSeconds, {
      type: "integer",
      minimum: 0,
      maximum: 300,
      default: 10,
      description: "how long a pod that leaves still serves before SIGTERM; default: 10",
      markdownDescription: "how long a pod that leaves still serves before SIGTERM; default: `10`",
    });
    assert.equal(
      properties[`${project}:kubeContext`]?.description,
      "context of the kubeconfig that everything is applied to, whichever is current; required, but for stack local",
    );
    assert.doesNotMatch(JSON.stringify(stackSchema()), /"(page|otherwise|shapes)":/);
  });

  const config = (key: string) => `.config['${project}:${key}']`;
  const unknown = "should NOT have additional properties";
  const refused: [title: string, values: object, ...lines: string[]][] = [
    ["a key left out", { app: undefined }, `.config should have required property '${project}:app'`],
    [
      "a key that there is not",
      { ingres: { hosts: [] } },
      `${config("ingres")} ${unknown}`,
      `${config("ingres")} should have required property 'secure'`,
    ],
    [
      "signing keys in plain text",
      { sessionSecret: "0123456789abcdef0123456789abcdef" },
      `${config("sessionSecret")} should be object`,
    ],
    ["a misspelt key of the application", { app: { ...minimal.app, replica: 2 } }, `${config("app")} ${unknown}`],
    ["a number beyond its range", { app: { ...minimal.app, replicas: 0 } }, `${config("app")}.replicas should be >= 1`],
    [
      "a quantity that is none",
      { app: { ...minimal.app, claim: { size: "1 GB" } } },
      `${config("app")}.claim.size should match pattern "^(\\d+(?:\\.\\d+)?)(Ki|Mi|Gi|Ti|k|M|G|T|)$"`,
      `${config("app")}.claim should be null`,
      `${config("app")}.claim should match some schema in anyOf`,
    ],
    [
      "a word that there is not",
      { ingress: { ...ingress, controller: "apache" } },
      `${config("ingress")}.controller should be equal to one of the allowed values`,
      `${config("ingress")} should be null`,
      `${config("ingress")} should match some schema in anyOf`,
    ],
    [
      "an object of another kind's keys",
      { storage: { kind: "existing", className: "block", nfs: {} } },
      `${config("storage")}.nfs should have required property 'server'`,
      `${config("storage")}.nfs should have required property 'path'`,
    ],
  ];
  for (const [title, values, ...lines] of refused) {
    it(`refuses ${title}`, () => {
      const found = problems(whole, fileOf(values));
      for (const line of lines) assert.ok(found.includes(line), `${line} is not among:\n${found.join("\n")}`);
    });
  }
});
