import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import { addRotateCommand } from "../../cli/storeRotate.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("npm run store -- rotate", () => {
  const refused: [args: string[], message: string][] = [
    [["--now"], "--now goes with --finish"],
    [["--finish", "--only", "password"], "--finish is about the signing keys alone: leave out --only"],
    [
      ["--only", "keys"],
      "error: option '--only <what>' argument 'keys' is invalid. Allowed choices are password, signing-keys.",
    ],
  ];

  for (const [args, message] of refused) {
    it(`refuses ${args.join(" ")}`, async () => {
      const program = new Command();
      addRotateCommand(program);
      for (const command of [program, ...program.commands])
        command.exitOverride().configureOutput({ writeErr: () => undefined });
      await assert.rejects(program.parseAsync(["rotate", ...args], { from: "user" }), { message });
    });
  }

  it("says in one line, and by its exit code, that there is nothing to rotate", async function () {
    this.timeout(60_000); // A process that loads all of the program.
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: { store: string } };
    assert.equal(scripts.store, "tsx cli/store.ts");
    const directory = mkdtempSync(join(tmpdir(), "session-stack-cli-"));
    const env = { ...process.env, SESSION_STACK_DIR: join(directory, "node") }; // Where no node runs.
    const command = ["--import", "tsx", "cli/store.ts", "rotate"];
    try {
      const failure = await promisify(execFile)(process.execPath, command, { cwd: root, env }).then(
        () => assert.fail("it went through"),
        (error: Error & { code: number; stdout: string; stderr: string }) => error,
      );
      assert.deepEqual(
        [failure.code, failure.stdout, failure.stderr],
        [1, "", "no node runs: start it with `npm start`, or name a cluster with --context\n"],
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
