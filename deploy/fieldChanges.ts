/** One field that differs; `before` or `after` is undefined where there is none. */
export interface FieldChange {
  /** `spec.template.spec.containers[app].image`: items of a list by their name, where all have one, else by place. */
  path: string;
  before: unknown;
  after: unknown;
}

/** The fields, down to their leaves, in which two values differ; in the order of their names, of a list's items. */
export function fieldChanges(before: unknown, after: unknown, path = ""): FieldChange[] {
  const [old, young] = [entriesOf(before, after), entriesOf(after, before)];
  if (old === undefined || young === undefined) return before === after ? [] : [{ path, before, after }];
  if (old.size === 0 && young.size === 0) return sameEmptiness(before, after) ? [] : [{ path, before, after }];
  return [...new Set([...old.keys(), ...young.keys()])].flatMap((key) =>
    fieldChanges(old.get(key), young.get(key), joined(path, key)),
  );
}

const sameEmptiness = (before: unknown, after: unknown) => (before === undefined) === (after === undefined);

/** What is in a value that is no leaf, by key; nothing for one that is missing where the other has something in it. */
function entriesOf(value: unknown, other: unknown): Map<string, unknown> | undefined {
  if (value === undefined) return isTree(other) ? new Map() : undefined;
  if (!isTree(value)) return undefined;
  if (!Array.isArray(value)) return new Map(Object.entries(value).filter(([, field]) => field !== undefined));
  const lists = [value, Array.isArray(other) ? other : []];
  const byName = lists.every((list) => names(list) !== undefined);
  return new Map(value.map((item, index) => [`[${byName ? names(value)?.[index] : index}]`, item]));
}

const isTree = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Names of all items, if each has one of its own. */
function names(list: unknown[]): string[] | undefined {
  const found = list.map((item) => (item as { name?: unknown } | null)?.name);
  const unique = new Set(found.filter((name) => typeof name === "string"));
  return unique.size === list.length ? (found as string[]) : undefined;
}

/** Keys with dots are quoted, as JSONPath has them. The client calls fields such as `from` `_from`. */
function joined(path: string, key: string): string {
  if (key.startsWith("[")) return path + key;
  if (/[./]/.test(key)) return `${path}["${key}"]`;
  const field = key.replace(/^_/, "");
  return path === "" ? field : `${path}.${field}`;
}
