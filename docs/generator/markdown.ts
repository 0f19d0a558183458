import { stringify } from "yaml";

/** A table. Cells are Markdown on one line. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A block of YAML documents. */
export function yamlBlock(...documents: { comment?: string; content: unknown }[]): string {
  const texts = documents.map(
    ({ comment, content }) => (comment === undefined ? "" : `# ${comment}\n`) + stringify(content, { lineWidth: 0 }),
  );
  return `\`\`\`yaml\n${texts.join("---\n")}\`\`\``;
}

/** A value as YAML on one line. */
export function code(value: unknown): string {
  const flow = stringify(value, { collectionStyle: "flow", flowCollectionPadding: false, lineWidth: 0 });
  return `\`${flow.trim()}\``;
}

/** Parts of a page with a blank line between them; those that are empty are left out. */
export function page(...parts: string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** A list of sentences. */
export function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}
