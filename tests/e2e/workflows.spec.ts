import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { goBuild, goTools } from "../../local/goBuild.ts";
import { currentSettings } from "../../local/node.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("actionlint", function () {
  // Building it for the first time takes a quarter of a minute, or more.
  this.timeout(290_000);
  let actionlint: string;

  before("actionlint", async () => {
    actionlint = await goBuild(goTools.actionlint, currentSettings().cache);
  });

  /** What it says, with shellcheck on what the steps run. */
  const lint = async (...args: string[]) => {
    const { stdout, exitCode } = await execa(actionlint, ["-oneline", ...args], { cwd: root, reject: false });
    return { lines: stdout.split("\n").filter((line) => line !== ""), exitCode };
  };

  it("finds nothing in the workflows", async () => {
    assert.deepEqual(await lint(), { lines: [], exitCode: 0 });
  });

  it("would find a step that runs what a pull request is called", async () => {
    const folder = await mkdtemp(join(tmpdir(), "workflow-"));
    try {
      const steps = ["      - run: echo '${{ github.event.pull_request.title }}'"];
      const workflow = ["on: pull_request", "jobs:", "  a:", "    runs-on: ubuntu-24.04", "    steps:", ...steps, ""];
      const file = join(folder, "careless.yml");
      await writeFile(file, workflow.join("\n"));
      const { lines, exitCode } = await lint(file);
      assert.match(lines.join("\n"), /"github\.event\.pull_request\.title" is potentially untrusted/);
      assert.deepEqual([lines.length, exitCode], [1, 1]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
