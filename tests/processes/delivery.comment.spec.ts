import assert from "node:assert/strict";
import { Sandbox } from "./deliveryScripts.ts";

describe("comment-manifests.sh", () => {
  let sandbox: Sandbox;
  const variables = {
    GH_REPO: "acme/shop",
    RUN_ID: "5",
    HEAD_OWNER: "eve",
    HEAD_BRANCH: "x$(touch hacked)",
    HEAD_SHA: "abc",
  };

  beforeEach(async () => {
    sandbox = await Sandbox.create();
  });

  afterEach(() => sandbox.remove());

  /** GitHub as it answers, with `jq` done already; what is sent as a body is kept in `sent`. */
  const gitHub = (answers: { artifacts?: number; pulls?: string; comments?: string }) =>
    sandbox.fake(
      "gh",
      [
        'case "$*" in',
        `*/artifacts*) echo ${answers.artifacts ?? 1} ;;`,
        '"run download"*) mkdir -p "${@: -1}" && cp -P diff "${@: -1}/manifests.diff" ;;',
        `*"/pulls "*) echo "${answers.pulls ?? "7"}" ;;`,
        `*--paginate*) printf '${answers.comments ?? ""}' ;;`,
        '*body=@*) file=${@: -1} && cp "${file#body=@}" sent ;;',
        "esac",
      ].join("\n"),
    );

  it("comments on the pull request that is at the commit of the run", async () => {
    await gitHub({});
    await sandbox.write("diff", "--- dev, base\n+image: 2\n");
    const { code, stderr, calls } = await sandbox.run("comment-manifests.sh", [], variables);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      calls[2] ?? "",
      /^gh api --method GET repos\/acme\/shop\/pulls -f state=open -f head=eve:x\$\(touch hacked\) --jq .*env\.HEAD_SHA/,
    );
    assert.match(calls.at(-1) ?? "", /^gh api --silent --method POST repos\/acme\/shop\/issues\/7\/comments -F body=@/);
    assert.equal(
      await sandbox.read("sent"),
      "<!-- manifests -->\n" +
        "**Rendered manifests** change so; without credentials, nothing is known of a cluster.\n\n" +
        "```diff\n--- dev, base\n+image: 2\n```\n",
    );
  });

  it("edits the comment that it made", async () => {
    await gitHub({ comments: "41\\n42\\n" });
    await sandbox.write("diff", "");
    const { calls } = await sandbox.run("comment-manifests.sh", [], variables);
    assert.match(
      calls.at(-1) ?? "",
      /^gh api --silent --method PATCH repos\/acme\/shop\/issues\/comments\/41 -F body=@/,
    );
    assert.equal(await sandbox.read("sent"), "<!-- manifests -->\n**Rendered manifests** stay as they are.\n");
  });

  it("says nothing where the engine made the preview, or where the pull request has moved on", async () => {
    await gitHub({ artifacts: 0 });
    const engine = await sandbox.run("comment-manifests.sh", [], variables);
    assert.deepEqual([engine.stdout, engine.code], ["run 5 has no manifests: the engine made its preview\n", 0]);
    await gitHub({ pulls: "" });
    await sandbox.write("diff", "+a\n");
    const moved = await sandbox.run("comment-manifests.sh", [], variables);
    assert.deepEqual([moved.stdout, moved.code], ["no open pull request is at abc any longer\n", 0]);
    assert.deepEqual(
      [...engine.calls, ...moved.calls].filter((call) => /POST|PATCH/.test(call)),
      [],
    );
  });

  it("does not follow a link in the artifact", async () => {
    await gitHub({});
    await sandbox.fake("cp", 'ln -s /etc/passwd "${@: -1}"');
    const { code, stderr } = await sandbox.run("comment-manifests.sh", [], variables);
    assert.deepEqual([code, stderr], [1, "the artifact has no file manifests.diff\n"]);
  });
});
