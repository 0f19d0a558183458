import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Result {
  code: number;
  lines: string[];
  stderr: string;
}

/** Runs the script `policy` of package.json, without npm, which costs half a second each time. */
async function policyCommand(...args: string[]): Promise<Result> {
  const { scripts } = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as { scripts: { policy: string } };
  assert.equal(scripts.policy, "tsx cli/policy.ts");
  return new Promise((done) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "cli/policy.ts", ...args],
      { cwd: root },
      (error, stdout, stderr) => {
        done({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split("\n"), stderr });
      },
    );
  });
}

describe("npm run policy", () => {
  let folder: string;
  let good: Result;
  let mandatory: Result;
  let advisory: Result;

  async function withConfig(name: string, config: object): Promise<Result> {
    const path = join(folder, name);
    await writeFile(path, JSON.stringify(config));
    return policyCommand("local", "--config", path);
  }

  // Together: each takes seconds of its own.
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "policy-"));
    // Stack local has no TLS, which is fine until it is called production.
    const tls = { stacks: ["local"] };
    [good, mandatory, advisory] = await Promise.all([
      policyCommand("local"),
      withConfig("mandatory.json", { all: "disabled", tls: { ...tls, enforcementLevel: "mandatory" } }),
      withConfig("advisory.json", { tls: { ...tls, enforcementLevel: "advisory" } }),
    ]);
  });

  after(() => rm(folder, { recursive: true }));

  const found =
    "tls: Ingress session-stack/app: host demo.localhost is served without TLS; name it in spec.tls (ingress.tls), or, where something else ends TLS, say so by the annotation session-stack/tls: elsewhere (ingress.tls: {elsewhere: true})";
  const sum = (counts: string) => new RegExp(`^stack local: \\d+ objects, ${counts} violations$`);

  it("takes a stack that keeps to all rules", () => {
    assert.match(good.lines.join("\n"), sum("0 mandatory and 0 advisory"));
    assert.deepEqual([good.code, good.stderr], [0, ""]);
  });

  it("names what breaks a mandatory rule, passes over disabled ones, and fails", () => {
    const [first, last = "", ...others] = mandatory.lines;
    assert.equal(first, `[mandatory] ${found}`);
    assert.match(last, sum("1 mandatory and 0 advisory"));
    assert.deepEqual([mandatory.code, mandatory.stderr, others], [1, "", []]);
  });

  it("names what breaks an advisory rule, and does not fail for it", () => {
    const [first, last = "", ...others] = advisory.lines;
    assert.equal(first, `[advisory] ${found}`);
    assert.match(last, sum("0 mandatory and 1 advisory"));
    assert.deepEqual([advisory.code, advisory.stderr, others], [0, "", []]);
  });
});
