import { code } from "./markdown.ts";
import { discriminator, type Part } from "./settings.ts";

/** One key of the configuration, as the table tells it. Every text is Markdown. */
export interface Row {
  /** Path below the top-level key; items of a list are `[]`. */
  key: string;
  /** What it depends on, outermost first. */
  when: Condition[];
  default: string;
  values: string;
  meaning: string;
}

/** It belongs to some of the objects of a union: those where `key` is one of `values`, of `all` that there are. */
interface Condition {
  key: string;
  values: string[];
  all: number;
}

/** The rows of everything below a part. */
export function rowsBelow(part: Part, path = ""): Row[] {
  if (part.oneOf !== undefined) return ofUnion(part.oneOf, path);
  const { properties, required = [] } = objectOf(part) ?? {};
  return Object.entries(properties ?? {}).flatMap(([key, inner]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const below = inner.items === undefined ? rowsBelow(inner, at) : rowsBelow(inner.items, `${at}[]`);
    return [rowOf(inner, at, required.includes(key)), ...below];
  });
}

/** The row of one part. */
export function rowOf(part: Part, key: string, isRequired: boolean): Row {
  const meaning = part.description ?? "";
  const more = part.page === undefined ? "" : ` ([more](${part.page}))`;
  return { key, when: [], default: defaultOf(part, isRequired), values: valuesOf(part), meaning: meaning + more };
}

/** An object, or the one that stands beside a text or null. */
function objectOf(part: Part): Part | undefined {
  if (part.properties !== undefined) return part;
  const objects = part.anyOf?.filter(({ properties }) => properties !== undefined) ?? [];
  return objects.length === 1 ? objects[0] : undefined;
}

function ofUnion(options: Part[], path: string): Row[] {
  const union = discriminator(options);
  if (union === undefined) throw new Error(`nothing tells the objects of ${path} apart`);
  const { key, parts } = union;
  const at = path === "" ? key : `${path}.${key}`;
  const usual = parts.find((part) => part.default !== undefined);
  const kinds: Row = {
    key: at,
    when: [],
    default: usual === undefined ? "required" : code(usual.default),
    values: parts.map((part) => code(part.const)).join(", "),
    meaning: parts.map((part) => `${code(part.const)}: ${part.description ?? ""}`).join("; "),
  };
  const others = options.flatMap((option, index) => {
    const properties = Object.fromEntries(Object.entries(option.properties ?? {}).filter(([name]) => name !== key));
    const condition = { key, values: [String(parts[index]?.const)], all: options.length };
    return rowsBelow({ ...option, properties }, path).map((row) => ({ ...row, when: [condition, ...row.when] }));
  });
  return [kinds, ...merged(others)];
}

/** A key that several objects have, and say the same of, is one row; one that all have depends on nothing. */
function merged(rows: Row[]): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const [own, ...inner] = row.when;
    const same = JSON.stringify({ ...row, when: inner });
    const known = first.get(same);
    if (known === undefined) first.set(same, structuredClone(row));
    else known.when[0]?.values.push(...(own?.values ?? []));
  }
  return [...first.values()].map((row) => ({
    ...row,
    when: row.when.filter(({ values, all }) => values.length < all),
  }));
}

/** What holds where a key is left out, in Markdown; empty where nothing does, or what stands below it says so. */
export function defaultOf(part: Part, isRequired: boolean): string {
  if (part.otherwise !== undefined) return part.otherwise;
  if (part.default === undefined) return isRequired ? "required" : "";
  const isEmpty = typeof part.default === "object" && part.default !== null && Object.keys(part.default).length === 0;
  if (!isEmpty) return code(part.default);
  return part.properties === undefined && part.oneOf === undefined ? "none" : "";
}

function valuesOf(part: Part): string {
  if (part.const !== undefined) return code(part.const);
  if (part.enum !== undefined) return part.enum.map(code).join(", ");
  if (part.patternErrorMessage !== undefined) return part.patternErrorMessage.replace(/^must be /, "");
  if (part.items !== undefined) return ["list", valuesOf(part.items)].filter((text) => text !== "").join(": ");
  if (part.anyOf !== undefined)
    return part.anyOf
      .map(valuesOf)
      .filter((text) => text !== "")
      .join("; ");
  if (typeof part.additionalProperties === "object") return "names with their values";
  switch (part.type) {
    case "integer":
      return `${part.minimum} to ${part.maximum}`;
    case "boolean":
      return "`true`, `false`";
    case "string":
      return "text";
    default:
      return "";
  }
}
