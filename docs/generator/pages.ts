import { format, resolveConfig } from "prettier";
import { dialects, type DialectName } from "../../components/affinity/dialects.ts";
import { affinityOverview } from "./affinityOverview.ts";
import { affinityPage } from "./affinityPage.ts";
import { configPage } from "./configPage.ts";
import { environmentsPage } from "./environmentsPage.ts";
import { stackSchema } from "./stackSchema.ts";

/** The folder of all documents. */
export const docs = new URL("../", import.meta.url);

/** Every page and schema that comes from the code, formatted, by its path below docs/. */
export async function pages(): Promise<Map<string, string>> {
  const names = Object.keys(dialects) as DialectName[];
  const texts: [path: string, text: string][] = [
    ["affinity/README.md", affinityOverview()],
    ...names.map((name): [string, string] => [`affinity/${name}.md`, affinityPage(name)]),
    ["config.md", configPage()],
    ["environments.md", environmentsPage()],
    ["pulumi-stack.schema.json", JSON.stringify(stackSchema())],
  ];
  const style = await resolveConfig(docs);
  return new Map(
    await Promise.all(
      texts.map(async ([path, text]): Promise<[string, string]> => {
        return [path, await format(text, { ...style, filepath: path })];
      }),
    ),
  );
}
