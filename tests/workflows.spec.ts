import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  concurrency?: { group: string; "cancel-in-progress"?: boolean };
  steps?: Step[];
  uses?: string;
  "timeout-minutes"?: number;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const folder = fileURLToPath(new URL("../.github", import.meta.url));
const text = (path: string) => readFileSync(`${folder}/${path}`, "utf8");
const files = readdirSync(`${folder}/workflows`);
const workflows = files.map((file) => [file, parse(text(`workflows/${file}`)) as Workflow] as const);
const jobs = workflows.flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${file}: ${name}`, job] as const),
);
const job = (name: string) => {
  const [, found] = jobs.find(([title]) => title === name) ?? [];
  assert.ok(found, `no job ${name}`);
  return found;
};
const actions = readdirSync(`${folder}/actions`).map((name) => `actions/${name}/action.yml`);
const stepsOfActions = actions.flatMap((path) => (parse(text(path)) as { runs: { steps: Step[] } }).runs.steps);
const steps = [...jobs.flatMap(([, { steps = [] }]) => steps), ...stepsOfActions];

describe("workflows", () => {
  it("pin what they use to a commit, with its version beside it, the same everywhere", () => {
    const lines = [...files.map((file) => `workflows/${file}`), ...actions].flatMap((path) => text(path).split("\n"));
    const uses = lines.filter((line) => /\buses: /.test(line)).map((line) => line.replace(/.*uses: /, ""));
    const foreign = new Set(uses.filter((what) => !what.startsWith("./")));
    for (const what of foreign) assert.match(what, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const names = [...foreign].map((what) => what.slice(0, what.indexOf("@"))).sort();
    assert.deepEqual(names, [
      "actions/checkout",
      "actions/setup-node",
      "actions/upload-artifact",
      "pulumi/actions",
      "pulumi/auth-actions",
      "pulumi/esc-action",
    ]);
  });

  it("may nothing but what each job says that it needs", () => {
    for (const [file, { permissions }] of workflows) assert.deepEqual(permissions, {}, file);
    const mayWrite = Object.fromEntries(
      jobs.flatMap(([title, { permissions = {} }]) => {
        const written = Object.keys(permissions).filter((scope) => permissions[scope] === "write");
        return written.length === 0 ? [] : [[title, written.join(" ")]];
      }),
    );
    assert.deepEqual(mayWrite, {
      "deploy-stack.yml: preview": "id-token",
      "deploy-stack.yml: up": "id-token",
      "deploy.yml: dev": "id-token",
      "deploy.yml: prod": "id-token",
      "deploy.yml: staging": "id-token",
      "drift.yml: look": "id-token issues",
      "manifests.yml: comment": "pull-requests",
      "preview.yml: engine": "id-token pull-requests",
      "review-cleanup.yml: sweep": "id-token",
      "review.yml: down": "id-token",
      "review.yml: up": "id-token pull-requests",
    });
    for (const [title, { permissions }] of jobs) assert.ok(permissions, `${title} says nothing of permissions`);
  });

  it("run no text that an expression gives: it reaches a script by a variable", () => {
    const run = steps.flatMap((step) => step.run ?? []);
    assert.ok(run.length >= 15);
    assert.deepEqual(
      run.filter((line) => line.includes("${{")),
      [],
    );
  });

  it("leave no token in a checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    for (const { with: options } of checkouts) assert.equal(options?.["persist-credentials"], false);
  });

  it("never run code of a pull request with a token that may write for a stranger", () => {
    for (const [file, { on }] of workflows) assert.ok(!("pull_request_target" in on), file);
    const { steps: ofComment = [] } = job("manifests.yml: comment");
    const checkout = ofComment.find(({ uses }) => uses?.startsWith("actions/checkout@"));
    assert.deepEqual(checkout?.with, { "persist-credentials": false });
  });

  it("end by themselves", () => {
    const endless = jobs.filter(([, one]) => one.uses === undefined && one["timeout-minutes"] === undefined);
    assert.deepEqual(endless, []);
  });

  it("never cut off an update, and let one at a time reach a stack", () => {
    const { concurrency, environment } = job("deploy-stack.yml: up");
    assert.deepEqual(concurrency, { group: "deploy-${{ inputs.stack }}", "cancel-in-progress": false });
    assert.equal(environment, "${{ inputs.stack }}");
    const groups = jobs.filter(([title]) => title !== "deploy-stack.yml: up").map(([, one]) => one.concurrency?.group);
    assert.deepEqual(
      groups.filter((group) => group?.startsWith("deploy-")),
      [],
    );
  });

  it("run scripts that are there and can be run", () => {
    const called = steps.flatMap(({ run = "" }) => run.match(/\.github\/scripts\/[\w-]+\.sh/g) ?? []);
    const there = readdirSync(`${folder}/scripts`).map((name) => `.github/scripts/${name}`);
    const byOthers = [
      ".github/scripts/fence.sh",
      ".github/scripts/review-remove.sh",
      ".github/scripts/review-sweep.sh",
    ];
    assert.deepEqual([...new Set([...called, ...byOthers])].sort(), there.sort());
    for (const path of there) assert.ok(statSync(`${folder}/../${path}`).mode & 0o100, path);
  });
});
