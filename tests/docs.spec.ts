import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { docs, pages } from "../docs/generator/pages.ts";

const read = (path: string) => {
  const file = new URL(path, docs);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

describe("docs", () => {
  it("has the pages that the code gives (npm run docs writes them)", async () => {
    for (const [path, text] of await pages()) assert.equal(read(path), text, `docs/${path} is stale; run npm run docs`);
  });

  it("has no page of a dialect that is gone", async () => {
    const given = [...(await pages()).keys()].filter((path) => path.startsWith("affinity/")).sort();
    const there = readdirSync(new URL("affinity/", docs)).map((file) => `affinity/${file}`);
    assert.deepEqual(there.sort(), given);
  });

  it("links no page that is not there", async () => {
    const given = await pages();
    const overview = given.get("affinity/README.md") ?? "";
    const linked = [...overview.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, file]) => `affinity/${file}`);
    assert.deepEqual(linked.sort(), [...given.keys()].filter((path) => /^affinity\/(?!README)/.test(path)).sort());
  });
});
