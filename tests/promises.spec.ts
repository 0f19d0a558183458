import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cells } from "./e2e/store/cells.ts";
import { measuredSection, replaceMeasured } from "./e2e/store/report.ts";
import type { Result } from "./e2e/store/run.ts";

const killed: Result = {
  title: "killed",
  durability: "always",
  acknowledged: 20_100,
  lost: 0,
  examples: [],
  pauseSeconds: 2.64,
  backSeconds: 2.71,
};
const goesOn: Result = { ...killed, title: "not noticed", pauseSeconds: 0, backSeconds: 0 };
const losing: Result = { ...killed, title: "lost", durability: "everysec", lost: 1_234, examples: ["sess:w0:1"] };

describe("docs/promises.md", () => {
  it("has a table for each durability that was tried, a row a cell", () => {
    const section = measuredSection(
      { results: [killed, goesOn, losing], versions: new Set(["valkey 8.1.1"]) },
      "today, here",
    );
    assert.equal(
      section,
      `Measured today, here, valkey 8.1.1.

| \`always\` | acknowledged | lost | longest pause | first write after the fault |
| --- | --: | --: | --: | --: |
| killed | 20,100 | 0 | 2.6 s | 2.7 s |
| not noticed | 20,100 | 0 | none | – |

| \`everysec\` | acknowledged | lost | longest pause | first write after the fault |
| --- | --: | --: | --: | --: |
| lost | 20,100 | 1,234 | 2.6 s | 2.7 s |`,
    );
  });

  it("has no table of what was not tried", () => {
    assert.doesNotMatch(measuredSection({ results: [killed], versions: new Set() }, "here"), /everysec/);
  });

  it("keeps what stands around the measurements, and nothing of the earlier ones", () => {
    const page = "before\n<!-- measured: begin -->\nold\n<!-- measured: end -->\nafter\n";
    const replaced = replaceMeasured(page, "new");
    assert.equal(replaced, "before\n<!-- measured: begin -->\n\nnew\n\n<!-- measured: end -->\nafter\n");
    assert.equal(replaceMeasured(replaced, "new"), replaced);
  });

  it("must have both marks, in their order", () => {
    const message = "docs/promises.md must hold <!-- measured: begin --> and, after it, <!-- measured: end -->";
    for (const page of ["", "<!-- measured: begin -->", "<!-- measured: end --><!-- measured: begin -->"])
      assert.throws(() => replaceMeasured(page, "new"), { message });
  });

  it("has them, and between them a row for each cell of the matrix", () => {
    const page = readFileSync(new URL("../docs/promises.md", import.meta.url), "utf8");
    assert.doesNotThrow(() => replaceMeasured(page, "new"));
    const measured = page.slice(page.indexOf("measured: begin"), page.indexOf("measured: end"));
    const rows = [...measured.matchAll(/^\| ([^`|]*?) +\|/gm)]
      .map(([, title]) => title)
      .filter((title) => title !== "");
    const everysec = cells.filter((cell) => cell.everysec !== undefined);
    const titles = [...cells, ...everysec].map(({ title }) => title);
    assert.deepEqual(
      rows.filter((title) => !/^-+$/.test(title ?? "")),
      titles,
      "run npm run promises",
    );
  });
});
