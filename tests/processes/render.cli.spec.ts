import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { toYaml } from "../../render/yaml.ts";
import { render } from "../rendered.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the script `render` of package.json, without npm, which costs half a second each time. */
async function renderCommand(...args: string[]) {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: { render: string } };
  assert.equal(scripts.render, "tsx render/main.ts");
  const command = ["--import", "tsx", "render/main.ts", ...args];
  return promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 10 ** 7 });
}

type Result = Awaited<ReturnType<typeof renderCommand>>;
type Failure = Error & { code: number; stdout: string; stderr: string };

describe("npm run render", () => {
  let manifests: Result;
  let outputs: Result;
  let failure: Failure;

  // Together: each takes a second of its own.
  before(async () => {
    const unknownStack = renderCommand("nope").then(
      () => assert.fail("an unknown stack was rendered"),
      (error: Failure) => error,
    );
    [manifests, outputs, failure] = await Promise.all([
      renderCommand("local"),
      renderCommand("local", "--outputs"),
      unknownStack,
    ]);
  });

  it("prints the same text each time: every object of the stack as a YAML document", async () => {
    const { objects } = await render("local");
    assert.equal(manifests.stdout, toYaml(objects));
    assert.deepEqual(
      parseAllDocuments(manifests.stdout).map((document) => document.toJS() as unknown),
      objects,
    );
    assert.equal(manifests.stderr, "");
  });

  it("prints the outputs as JSON without credentials", async () => {
    const expected = { ...(await render("local")).outputs, sessionStoreUrl: "[secret]" };
    assert.deepEqual(JSON.parse(outputs.stdout), expected);
    assert.doesNotMatch(outputs.stdout, /redis:\/\/|generated/);
    assert.equal(outputs.stderr, "");
  });

  it("says in one line that there is no such stack, and fails", () => {
    assert.match(failure.stderr, /^there is no Pulumi\.nope\.yaml; stacks: [^\n]*\bdev\b[^\n]*\blocal\b[^\n]*\n$/);
    assert.deepEqual([failure.code, failure.stdout], [1, ""]);
  });
});
