import assert from "node:assert/strict";
import { Sandbox } from "./deliveryScripts.ts";

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await Sandbox.create();
});

afterEach(() => sandbox.remove());

describe("drift.sh", () => {
  const look = async (running: number, exitCode: number) => {
    await sandbox.fake("gh", `echo ${running}`);
    await sandbox.fake("pulumi", `echo "~ Deployment [diff: ~spec]"; exit ${exitCode}`);
    return sandbox.run("drift.sh", ["drift.txt"], { STACK: "acme/session-stack/dev" });
  };

  it("asks the engine what differs, without values, and what it finds is the result", async () => {
    const clean = await look(0, 0);
    assert.deepEqual([clean.stdout, clean.code], ["result=clean\n", 0]);
    assert.deepEqual(clean.calls, [
      "gh run list --workflow deploy.yml --status in_progress --json databaseId --jq length",
      "pulumi refresh --preview-only --expect-no-changes --non-interactive --color never --suppress-outputs --stack acme/session-stack/dev",
    ]);
    const drift = await look(0, 7);
    assert.deepEqual([drift.stdout, drift.code], ["result=drift\n", 0]);
    assert.equal(await sandbox.read("drift.txt"), "~ Deployment [diff: ~spec]\n");
  });

  it("takes no failure for drift", async () => {
    const { stdout, code } = await look(0, 3);
    assert.deepEqual([stdout, code], ["", 3]);
  });

  it("does not look while a deployment runs", async () => {
    const { stdout, code, calls } = await look(1, 7);
    assert.deepEqual([stdout, code, calls.length], ["result=busy\n", 0, 1]);
  });
});

describe("drift-issue.sh", () => {
  const report = async (result: string, issue: string) => {
    await sandbox.write("drift.txt", "~ Deployment\n");
    await sandbox.fake(
      "gh",
      `case "$*" in "issue list"*) echo "${issue}" ;; *--body-file*) cp "\${@: -1}" sent ;; esac`,
    );
    const variables = { STACK: "dev", RESULT: result, RUN_URL: "https://github.com/acme/shop/actions/runs/5" };
    const { calls, code } = await sandbox.run("drift-issue.sh", ["drift.txt"], variables);
    assert.equal(code, 0);
    return calls.slice(1);
  };

  it("opens an issue for drift, with what differs", async () => {
    const [label, create, ...more] = await report("drift", "");
    assert.match(label ?? "", /^gh label create drift --force /);
    assert.match(create ?? "", /^gh issue create --title Stack dev drifts --label drift --body-file /);
    assert.deepEqual(more, []);
    assert.deepEqual((await sandbox.read("sent")).split("\n"), [
      "Somebody or something changed what stack dev deployed (found by https://github.com/acme/shop/actions/runs/5). Values are not shown.",
      "",
      "```text",
      "~ Deployment",
      "```",
      "",
      'What to do: docs/operations/delivery.md, "Drift".',
      "",
    ]);
  });

  it("has one issue for a stack, with the last report, and closes it when the drift is gone", async () => {
    const [edit, ...more] = await report("drift", "12");
    assert.match(edit ?? "", /^gh issue edit 12 --body-file /);
    assert.deepEqual(more, []);
    assert.deepEqual(await report("clean", "12"), [
      "gh issue close 12 --comment The cluster is as stack dev has it: https://github.com/acme/shop/actions/runs/5",
    ]);
  });

  it("does nothing where nothing drifts, or nobody looked", async () => {
    assert.deepEqual(await report("clean", ""), []);
    assert.deepEqual(await report("busy", "12"), []);
  });
});

describe("review-stack.sh", () => {
  const variables = { STACK: "acme/session-stack/review-7", LIKE: "acme/session-stack/dev", HOST: "pr-7.example.com" };
  const made = [
    "pulumi stack select --create acme/session-stack/review-7 --non-interactive",
    "pulumi config cp --stack acme/session-stack/dev --dest acme/session-stack/review-7",
    "pulumi config rm session-stack:namespace --stack acme/session-stack/review-7",
    "pulumi config get --path session-stack:ingress.hosts --stack acme/session-stack/review-7",
  ];

  it("makes a stack like another, in a namespace of its own, at one host", async () => {
    await sandbox.fake("pulumi", "true");
    const { calls, code } = await sandbox.run("review-stack.sh", [], variables);
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      ...made,
      "pulumi config rm --path session-stack:ingress.hosts --stack acme/session-stack/review-7",
      "pulumi config set --path session-stack:ingress.hosts[0].host pr-7.example.com --stack acme/session-stack/review-7",
    ]);
  });

  it("gives no host to a stack without an Ingress", async () => {
    await sandbox.fake("pulumi", '[ "$2" != get ]');
    assert.deepEqual((await sandbox.run("review-stack.sh", [], variables)).calls, made);
  });

  it("asks for a domain", async () => {
    await sandbox.fake("pulumi", "true");
    const { stderr, code, calls } = await sandbox.run("review-stack.sh", [], { ...variables, HOST: "pr-7." });
    assert.deepEqual(
      [stderr, code, calls],
      ['REVIEW_DOMAIN must be a domain whose names lead to the ingress controller, got ""\n', 1, []],
    );
  });
});

describe("review-remove.sh", () => {
  const remove = async (stack: string, exitCode: number) => {
    await sandbox.fake("pulumi", `exit ${exitCode}`);
    return sandbox.run("review-remove.sh", [], { STACK: stack });
  };

  it("destroys the stack, and takes one that is not there for removed", async () => {
    const { calls, code } = await remove("acme/session-stack/review-7", 0);
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "pulumi destroy --yes --remove --non-interactive --suppress-outputs --stack acme/session-stack/review-7",
    ]);
    assert.equal((await remove("acme/session-stack/review-7", 6)).code, 0);
    assert.equal((await remove("acme/session-stack/review-7", 4)).code, 4);
  });

  it("destroys no other stack", async () => {
    for (const stack of ["acme/session-stack/prod", "acme/session-stack/review-7/../prod", "review-7"]) {
      const { stderr, code, calls } = await remove(stack, 0);
      assert.deepEqual([stderr, code, calls], [`STACK must be a review stack, got "${stack}"\n`, 1, []]);
    }
  });
});

describe("review-sweep.sh", () => {
  it("removes the stacks that no pull request wants, one after the other, and fails if one stays", async () => {
    const stacks = ["dev", "review-7", "acme/session-stack/review-8", "review-9", "review-x"].map((name) => ({ name }));
    const list = `[ "$1" != stack ] || { echo '${JSON.stringify(stacks)}'; exit; }`;
    await sandbox.fake("pulumi", `${list}\n[ "\${@: -1}" != acme/session-stack/review-8 ]`);
    await sandbox.fake("gh", '[ "$3" = 7 ] && echo true || echo false');
    const { calls, code } = await sandbox.run("review-sweep.sh", [], { ORGANIZATION: "acme" });
    assert.equal(code, 1);
    assert.equal(calls[0], "pulumi stack ls --organization acme --project session-stack --json");
    assert.deepEqual(
      calls.filter((call) => call.startsWith("pulumi destroy")).map((call) => call.split(" ").at(-1)),
      ["acme/session-stack/review-8", "acme/session-stack/review-9"],
    );
    assert.equal(calls.filter((call) => call.startsWith("gh pr view")).length, 3);
  });
});
