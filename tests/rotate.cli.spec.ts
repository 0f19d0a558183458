import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("npm run store -- rotate", function () {
  this.timeout(60_000); // Four processes that each load all of the program.

  // Where no node runs.
  const directory = mkdtempSync(join(tmpdir(), "session-stack-cli-"));
  after(() => rmSync(directory, { recursive: true }));

  /** Runs the script `store` of package.json, without npm, and expects it to fail. */
  async function message(...args: string[]): Promise<string> {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: { store: string } };
    assert.equal(scripts.store, "tsx cli/store.ts");
    const env = { ...process.env, SESSION_STACK_DIR: join(directory, "node") };
    const command = ["--import", "tsx", "cli/store.ts", "rotate", ...args];
    const failure = await promisify(execFile)(process.execPath, command, { cwd: root, env }).then(
      () => assert.fail("it went through"),
      (error: Error & { code: number; stdout: string; stderr: string }) => error,
    );
    assert.deepEqual([failure.code, failure.stdout], [1, ""]);
    return failure.stderr;
  }

  const cases: [args: string[], message: string][] = [
    [["--now"], "--now goes with --finish\n"],
    [["--finish", "--only", "password"], "--finish is about the signing keys alone: leave out --only\n"],
    [
      ["--only", "keys"],
      "error: option '--only <what>' argument 'keys' is invalid. Allowed choices are password, signing-keys.\n",
    ],
    [[], "no node runs: start it with `npm start`, or name a cluster with --context\n"],
  ];

  // Together: each takes a second of its own.
  it("says in one line what is wrong with its options, or that there is nothing to rotate", async () => {
    const messages = await Promise.all(cases.map(([args]) => message(...args)));
    assert.deepEqual(
      messages,
      cases.map(([, wanted]) => wanted),
    );
  });
});
