import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { drawDataFlow } from "../docs/images/dataFlow.ts";

const IMAGES = new URL("../docs/images/", import.meta.url);

/** What a drawing shows, without its measures: those depend on Graphviz's version and the fonts of the machine. */
const contentOf = (svg: string): string =>
  svg
    .replace(/ (width|height|viewBox|transform|points|d|x|y|cx|cy|rx|ry)="[^"]*"/g, "")
    .replaceAll('"transparent"', '"none"')
    .replace(/\s+/g, " ");

describe("pictures of the documentation", () => {
  const drawn = readFileSync(new URL("data-flow.svg", IMAGES), "utf8");

  const hasGraphviz = spawnSync("dot", ["-V"]).status === 0;
  const title = "show the flow of data as its source has it; if not: npm run images -- data-flow";
  (hasGraphviz ? it : it.skip)(hasGraphviz ? title : `${title} (skipped: no dot on PATH)`, () => {
    assert.equal(contentOf(drawn), contentOf(drawDataFlow()));
  });

  it("name and describe the flow of data to those who do not see it", () => {
    assert.match(drawn, /^<svg role="img" aria-labelledby="title desc" /);
    assert.match(drawn, /<title id="title">The way of a session<\/title>\n<desc id="desc">A browser's requests go to /);
  });

  it("have colours of the flow of data for dark pages in place of each one for light pages", () => {
    const [style = "", shapes = ""] = drawn.split("</style>");
    const dark = style.slice(style.indexOf("@media (prefers-color-scheme: dark)"));
    const classes = [...shapes.matchAll(/class="(?:node|edge) (\w+)"/g)].map(([, name]) => name ?? "");
    assert.deepEqual([...new Set(classes)].sort(), ["app", "bound", "claim", "outside", "store"]);
    for (const name of classes) assert.ok(dark.includes(`.${name} `), `no dark colour for ${name}`);
  });

  it("have a size that a README may load", () => {
    const { size } = statSync(new URL("demo.png", IMAGES));
    assert.ok(size > 10_000 && size <= 100_000, `demo.png has ${size} bytes`);
  });
});
