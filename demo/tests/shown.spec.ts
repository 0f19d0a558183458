import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shown } from "../src/shown.ts";
import { Browser, KEY, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

const ARGV = ["/usr/bin/node", "/app/server.mjs", "--colour", "red"];

describe("demo: what it shows of its configuration", () => {
  const directory = mkdtempSync(join(tmpdir(), "demo-shown-"));
  const path = join(directory, "motd");
  let app: RunningApp | undefined;
  afterEach(async () => {
    await app?.close();
    app = undefined;
  });
  after(() => rmSync(directory, { recursive: true }));

  const ask = async (env: Record<string, string>): Promise<{ status: number; body: unknown }> => {
    app = await startApp({ shown: shown(env, ARGV, "pod-a") });
    const response = await new Browser(app.url).get("/api/config");
    return { status: response.status, body: await response.json() };
  };

  it("is the variables that begin with DEMO_, the arguments and the file, and nothing else", async () => {
    writeFileSync(path, "Grüße\n");
    const env = { DEMO_COLOUR: "red", DEMO_FILE: path, SESSION_SECRET: KEY, NOT_DEMO_: "x" };
    assert.deepEqual(await ask(env), {
      status: 200,
      body: { pod: "pod-a", env: { DEMO_COLOUR: "red", DEMO_FILE: path }, args: ["--colour", "red"], file: "Grüße\n" },
    });
  });

  it("reads the file anew each time, and says null where there is none", async () => {
    const read = shown({ DEMO_FILE: path }, ARGV, "pod-a");
    assert.ok(read !== undefined);
    writeFileSync(path, "one");
    assert.equal((await read()).file, "one");
    writeFileSync(path, "two");
    assert.equal((await read()).file, "two");
    rmSync(path);
    assert.equal((await read()).file, null);
    assert.equal((await shown({ DEMO_A: "" }, ARGV, "pod-a")?.())?.file, null);
  });

  it("is not there without such a variable: arguments are nobody's business otherwise", async () => {
    assert.deepEqual(await ask({ SESSION_SECRET: KEY }), {
      status: 404,
      body: { error: "not found; the page is at /, the JSON endpoints are below /api" },
    });
  });
});
