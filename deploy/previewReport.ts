import type { FieldChange } from "./fieldChanges.ts";
import { hidden, type ObjectPreview } from "./preview.ts";

const signs = { create: "+", change: "~", delete: "-", refused: "!", unchanged: " " } as const;

/** What a preview found, for people: what would change, object by object, and a sum. */
export function previewReport(previews: ObjectPreview[]): string[] {
  const shown = previews.filter(({ verdict }) => verdict !== "unchanged");
  return [...shown.flatMap(objectLines), sum(previews)];
}

/** How many objects would be created, changed, deleted or refused. */
export function changesIn(previews: ObjectPreview[]): number {
  return previews.filter(({ verdict }) => verdict !== "unchanged").length;
}

function objectLines({ object, verdict, fields, note }: ObjectPreview): string[] {
  const head = `${signs[verdict]} ${object}${note === undefined ? "" : ` (${note})`}`;
  return [head, ...fields.map((field) => `    ${fieldLine(object, field)}`)];
}

function sum(previews: ObjectPreview[]): string {
  const count = (verdict: ObjectPreview["verdict"]) => previews.filter((one) => one.verdict === verdict).length;
  const parts = [
    `${count("create")} to create`,
    `${count("change")} to change`,
    `${count("delete")} to delete`,
    `${count("unchanged")} unchanged`,
  ];
  return [...parts, ...(count("refused") > 0 ? [`${count("refused")} refused`] : [])].join(", ");
}

function fieldLine(object: string, { path, before, after }: FieldChange): string {
  const show = (value: unknown) => (isConfidential(object, path) ? "[not shown]" : shown(value));
  if (before === undefined) return `+ ${path}: ${show(after)}`;
  if (after === undefined) return `- ${path}: ${show(before)}`;
  return `~ ${path}: ${show(before)} → ${show(after)}`;
}

/** Variables and files of the application may hold what somebody took for no secret. */
function isConfidential(object: string, path: string): boolean {
  return /\.env\[[^\]]+\]\.value$/.test(path) || (object.startsWith("ConfigMap ") && /^(data|binaryData)\b/.test(path));
}

/** Longest value that is shown whole, in characters. */
const longest = 120;

function shown(value: unknown): string {
  if (value === hidden) return hidden;
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
