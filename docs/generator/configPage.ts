import { rowOf, rowsBelow, type Row } from "./configRows.ts";
import { page, table } from "./markdown.ts";
import { settings, type Part } from "./settings.ts";

/** Every key of the configuration: docs/config.md. */
export function configPage(): string {
  const { properties = {}, required = [] } = settings();
  const parts = Object.entries(properties);
  return page(
    "<!-- Written by `npm run docs` from config/schema.ts. Change it there. -->",
    "# Configuration",
    "Every key of `Pulumi.<stack>.yaml`, below `config` and after `session-stack:`. Keys that are not here are refused, and " +
      "all problems are said at once, before anything is made. [Environments](environments.md) tells what stack `prod` asks for " +
      "beside this, and the examples `Pulumi.*.yaml`.",
    "[pulumi-stack.schema.json](pulumi-stack.schema.json) tells editors the same: they complete keys, show what they mean and " +
      "underline mistakes while you type. With the YAML extension of VS Code, or another editor with yaml-language-server, this is " +
      "the first line of a stack's file:",
    "```yaml\n# yaml-language-server: $schema=./docs/pulumi-stack.schema.json\n```",
    topLevel(parts, required),
    ...parts.flatMap(([key, part]) => section(key, part)),
  );
}

function topLevel(parts: [key: string, part: Part][], required: string[]): string {
  return table(
    ["key", "default", "meaning"],
    parts.map(([key, part]) => {
      const row = rowOf(part, key, required.includes(key));
      const shown = rowsBelow(part).length === 0 ? `\`${key}\`` : `[\`${key}\`](#${key.toLowerCase()})`;
      return [shown, row.default, row.meaning];
    }),
  );
}

/** With a column for what keys depend on, where one does. */
function section(key: string, part: Part): string[] {
  const rows = rowsBelow(part);
  if (rows.length === 0) return [];
  const depends = rows.some(({ when }) => when.length > 0);
  const cells = (row: Row) => [
    `\`${row.key}\``,
    ...(depends ? [row.when.map(condition).join(", ")] : []),
    row.default,
    row.values,
    row.meaning,
  ];
  return [`## ${key}`, table(["key", ...(depends ? ["with"] : []), "default", "values", "meaning"], rows.map(cells))];
}

function condition({ key, values }: Row["when"][number]): string {
  return values.map((value, index) => (index === 0 ? `\`${key}: ${value}\`` : `\`${value}\``)).join(" or ");
}
