import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { app } from "../config/app.ts";
import { docs } from "../docs/generator/pages.ts";

/** What schemas are made of, as far as it is looked at here. */
type Definition = Partial<{
  innerType: z.core.$ZodType;
  shape: Record<string, z.core.$ZodType>;
  options: z.core.$ZodType[];
}>;

/** The paths of all keys below a schema; a list counts as one. */
function paths(schema: z.core.$ZodType, path: string[] = []): string[] {
  const { innerType, shape, options } = schema._zod.def as Definition;
  if (innerType !== undefined) return paths(innerType, path);
  if (options !== undefined && options.some((option) => "shape" in option._zod.def))
    return [...new Set(options.flatMap((option) => paths(option, path)))];
  if (shape === undefined) return [path.join(".")];
  return Object.entries(shape).flatMap(([key, inner]) => paths(inner, [...path, key]));
}

/** The keys of the first column of the page's options: one that begins with a dot stands beside the one before it. */
function documented(page: string): string[] {
  const [, table = ""] = page.split("\n## Options\n");
  const rows = [...table.split("\n## ")[0]!.matchAll(/^\| (`[^|]+`) +\|/gm)];
  return rows.flatMap(([, cell = ""]) => {
    let parent = "";
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, key = ""]) => {
      if (key.startsWith(".")) return parent + key;
      parent = key.split(".").slice(0, -1).join(".");
      return key.replace("[]", "");
    });
  });
}

describe("docs/workloads", () => {
  it("names every option of the application, and no other", () => {
    const page = readFileSync(new URL("workloads/README.md", docs), "utf8");
    assert.deepEqual(documented(page).sort(), paths(app).sort());
  });
});
