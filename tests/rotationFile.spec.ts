import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readRotation, rotationIn, sessionSeconds, withRotation } from "../deploy/store/rotationFile.ts";
import { stackFilePath } from "../render/stackFile.ts";

const lists = { password: [2, 1], signingKeys: [2] };
const flow = "{ password: [2, 1], signingKeys: [2] }";
const changed = (text: string) => withRotation(text, "shop", lists);

describe("the lists in a stack's file", () => {
  it("are both [1] where there are none", () => {
    assert.deepEqual(rotationIn("config:\n  shop:app: {}\n", "shop"), { password: [1], signingKeys: [1] });
    assert.deepEqual(readRotation("dev"), { password: [1], signingKeys: [1] });
  });

  it("are read from it, one by one", () => {
    assert.deepEqual(rotationIn("config: { shop:rotation: { password: [3, 2] } }\n", "shop"), {
      password: [3, 2],
      signingKeys: [1],
    });
  });

  it("are those of the project alone", () => {
    assert.deepEqual(rotationIn("config:\n  other:rotation: { password: [2] }\n", "shop").password, [1]);
  });

  const cases: [title: string, before: string, after: string][] = [
    [
      "are added at its end, in its own indentation",
      "# why\nconfig:\n    shop:app:\n        image: a:1   # pinned\n",
      `# why\nconfig:\n    shop:app:\n        image: a:1   # pinned\n    shop:rotation: ${flow}\n`,
    ],
    [
      "are added to a file without a line break at its end",
      "config:\n  shop:app: {image: 'a:1'}",
      `config:\n  shop:app: {image: 'a:1'}\n  shop:rotation: ${flow}\n`,
    ],
    [
      "are added before what follows the configuration",
      'config:\n  shop:app: { image: "a:1" } # pinned\n\n# salt\nencryptionsalt: v1\n',
      `config:\n  shop:app: { image: "a:1" } # pinned\n  shop:rotation: ${flow}\n\n# salt\nencryptionsalt: v1\n`,
    ],
    [
      "are added to a configuration on one line",
      "config: { shop:app: { image: a } }\n",
      `config: { shop:app: { image: a }, shop:rotation: ${flow} }\n`,
    ],
    [
      "replace those there are, whose line keeps its comment",
      "config:\n  shop:rotation: {password: [1], signingKeys: [1]} # by hand\n  shop:app: {}\n",
      "config:\n  shop:rotation: {password: [2, 1], signingKeys: [2]} # by hand\n  shop:app: {}\n",
    ],
    [
      "replace those there are in block style",
      "config:\n  shop:rotation:\n    # why\n    password:\n      - 1\n      - 2\n    signingKeys: [1] # still\n",
      "config:\n  shop:rotation:\n    # why\n    password:\n      [2, 1]\n    signingKeys: [2] # still\n",
    ],
    [
      "join the one there is",
      "config:\n  shop:rotation:\n    password: [1]\n  shop:app: {}\n",
      "config:\n  shop:rotation:\n    password: [2, 1]\n    signingKeys: [2]\n  shop:app: {}\n",
    ],
    [
      "join the one there is on a line of its own",
      "config:\n  shop:rotation: { signingKeys: [1] }\n",
      "config:\n  shop:rotation: { signingKeys: [2], password: [2, 1] }\n",
    ],
    ["fill an empty map", "config:\n  shop:rotation: {}\n", `config:\n  shop:rotation: ${flow}\n`],
  ];
  for (const [title, before, after] of cases) {
    it(title, () => {
      assert.equal(changed(before), after);
      assert.deepEqual(rotationIn(after, "shop"), lists);
      assert.equal(changed(after), after);
    });
  }

  it("change nothing else in the files of this project", () => {
    for (const stack of ["dev", "local"]) {
      const before = readFileSync(stackFilePath(stack), "utf8");
      const after = withRotation(before, "session-stack", lists);
      assert.ok(after.startsWith(before));
      const { config } = parse(after) as { config: object };
      assert.deepEqual(config, {
        ...(parse(before) as { config: object }).config,
        "session-stack:rotation": lists,
      });
    }
  });

  it("are refused a file without a configuration", () => {
    assert.throws(() => changed("encryptionsalt: v1\n"), {
      message: "the stack's file has no config to which shop:rotation could be added",
    });
  });

  it("come with how long a session lasts, where the file says so", () => {
    assert.equal(sessionSeconds("local"), 86_400);
    assert.equal(sessionSeconds("dev"), undefined);
  });

  it("are looked for in a file that is there", () => {
    assert.throws(() => readRotation("nowhere"), { message: /^there is no Pulumi\.nowhere\.yaml; stacks: dev, local/ });
  });
});
