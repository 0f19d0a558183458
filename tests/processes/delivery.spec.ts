import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Sandbox } from "./deliveryScripts.ts";

// GitHub and Pulumi Cloud are fakes: what they are asked is proved, not what they answer.

const root = fileURLToPath(new URL("../..", import.meta.url));
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await Sandbox.create();
});

afterEach(() => sandbox.remove());

describe("engine-version.sh", () => {
  it("says the version of the SDK", async () => {
    const json = await readFile(`${root}/package.json`, "utf8");
    await sandbox.write("package.json", json);
    const { stdout, code } = await sandbox.run("engine-version.sh");
    const { dependencies } = JSON.parse(json) as { dependencies: Record<string, string> };
    assert.deepEqual([stdout, code], [`version=${dependencies["@pulumi/pulumi"]}\n`, 0]);
    assert.match(stdout, /^version=\d+\.\d+\.\d+\n$/);
  });
});

describe("plan.sh", () => {
  const ours = {
    ORGANIZATION: "acme",
    PREVIEWS: "",
    REPOSITORY: "acme/shop",
    HEAD_REPOSITORY: "acme/shop",
    AUTHOR: "ann",
  };
  const ways: [title: string, variables: Partial<typeof ours>, way: string][] = [
    ["the engine for a branch of the repository", {}, "engine"],
    ["manifests for a fork", { HEAD_REPOSITORY: "eve/shop" }, "manifests"],
    ["manifests for a fork that is gone", { HEAD_REPOSITORY: "" }, "manifests"],
    ["manifests for Dependabot", { AUTHOR: "dependabot[bot]" }, "manifests"],
    ["manifests where the team wants it", { PREVIEWS: "manifests" }, "manifests"],
    ["manifests where Pulumi Cloud is not set up", { ORGANIZATION: "" }, "manifests"],
  ];
  for (const [title, variables, way] of ways) {
    it(`chooses ${title}`, async () => {
      await sandbox.write("Pulumi.dev.yaml", "");
      const { stdout } = await sandbox.run("plan.sh", [], { ...ours, ...variables });
      assert.equal(stdout, `stacks=["dev"]\nway=${way}\n`);
    });
  }

  it("names the stacks with a file, but not stack local, nor what is no stack's name", async () => {
    for (const stack of ["prod", "local", "dev", "x$(touch hacked)", 'a"b', "a\nway=engine"]) {
      await sandbox.write(`Pulumi.${stack}.yaml`, "");
    }
    const { stdout } = await sandbox.run("plan.sh", [], { ...ours, ORGANIZATION: "" });
    assert.equal(stdout, 'stacks=["dev","prod"]\nway=manifests\n');
  });

  it("fails where there is none", async () => {
    await sandbox.write("Pulumi.local.yaml", "");
    const { stderr, code } = await sandbox.run("plan.sh", [], ours);
    assert.deepEqual([stderr, code], ["there is no Pulumi.<stack>.yaml but that of stack local\n", 1]);
  });
});

describe("manifests-diff.sh", () => {
  /** Renders the stack's file; one that says `wrong` cannot be rendered. */
  const npm = 'cat "Pulumi.$5.yaml"; ! grep -q wrong "Pulumi.$5.yaml" || { echo "key is wrong" >&2; exit 1; }';

  it("compares the manifests of all stacks, whichever checkout has them", async () => {
    await sandbox.fake("npm", npm);
    await sandbox.write("base/Pulumi.dev.yaml", "image: 1\n");
    await sandbox.write("head/Pulumi.dev.yaml", "image: 2\n");
    await sandbox.write("base/Pulumi.old.yaml", "gone: 1\n");
    await sandbox.write("base/Pulumi.same.yaml", "same: 1\n");
    await sandbox.write("head/Pulumi.same.yaml", "same: 1\n");
    await sandbox.write("head/Pulumi.local.yaml", "local: 1\n");
    const { code, calls } = await sandbox.run("manifests-diff.sh", ["base", "head", "out"]);
    assert.equal(code, 0);
    assert.deepEqual((await sandbox.read("out")).split("\n"), [
      "--- dev, base",
      "+++ dev, this pull request",
      "@@ -1 +1 @@",
      "-image: 1",
      "+image: 2",
      "--- old, base",
      "+++ old, this pull request",
      "@@ -1 +0,0 @@",
      "-gone: 1",
      "",
    ]);
    assert.equal(calls[0], "npm run --silent render -- dev");
    assert.equal(calls.length, 5);
  });

  it("says why a stack cannot be rendered, goes on, and fails", async () => {
    await sandbox.fake("npm", npm);
    await sandbox.write("base/Pulumi.dev.yaml", "image: 1\n");
    await sandbox.write("head/Pulumi.dev.yaml", "wrong\n");
    await sandbox.write("head/Pulumi.prod.yaml", "image: 3\n");
    const { code } = await sandbox.run("manifests-diff.sh", ["base", "head", "out"]);
    assert.equal(code, 1);
    const lines = (await sandbox.read("out")).split("\n").filter((line) => /^[-+]\w|^[-+]#/.test(line));
    assert.deepEqual(lines, ["-image: 1", "+# cannot be rendered: key is wrong", "+image: 3"]);
  });
});

describe("policies.sh", () => {
  it("asks of every stack but local, with the exceptions there are, and fails for one", async () => {
    await sandbox.fake("npm", '[ "$5" != dev ]');
    for (const stack of ["dev", "local", "prod"]) await sandbox.write(`Pulumi.${stack}.yaml`, "");
    const plain = await sandbox.run("policies.sh");
    assert.deepEqual(plain.calls, ["npm run --silent policy -- dev", "npm run --silent policy -- prod"]);
    assert.equal(plain.code, 1);
    await sandbox.write("policy.json", "{}");
    await sandbox.fake("npm", "true");
    const { calls, code } = await sandbox.run("policies.sh");
    assert.equal(calls[1], "npm run --silent policy -- prod --config policy.json");
    assert.equal(code, 0);
  });
});

describe("test-tools.sh", () => {
  it("installs what .ci/run installs", async () => {
    await sandbox.fake("apt-get", "true");
    await sandbox.write("local/packages.txt", "iptables\nnfs-common\n");
    const { calls, code } = await sandbox.run("test-tools.sh");
    const tools = /tools=\((.*)\)/.exec(await readFile(`${root}/.ci/run`, "utf8"))?.[1];
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "apt-get update -qq",
      `apt-get install -y -qq --no-install-recommends ${tools} iptables nfs-common`,
    ]);
  });
});

describe("fence.sh", () => {
  const fenced = async (text: string) => {
    await sandbox.write("text", text);
    return (await sandbox.run("fence.sh", ["diff", "text"])).stdout;
  };

  it("puts a text between fences that nothing in it can close", async () => {
    assert.equal(await fenced("+a\n"), "```diff\n+a\n```\n");
    assert.equal(await fenced("````\n@team `a`\n"), "`````diff\n````\n@team `a`\n`````\n");
  });

  it("drops what is no text, and cuts what no comment holds", async () => {
    assert.equal(await fenced("a\u0000b\u001b[31m\tc\n"), "```diff\nab[31m\tc\n```\n");
    const [, line, , , said] = (await fenced(`${"x".repeat(70_000)}\n`)).split("\n");
    assert.equal(line?.length, 60_000);
    assert.equal(said, "Cut after 60000 of 70001 bytes.");
  });
});
