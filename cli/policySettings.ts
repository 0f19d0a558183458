import { readFileSync } from "node:fs";
import { z } from "zod";
import { rules } from "../policy/rules/all.ts";
import type { Settings } from "../policy/rules/rule.ts";

const level = z.enum(["mandatory", "advisory", "disabled"]);
const texts = z.array(z.string()).optional();

/** A level alone, or beside what the rule reads. */
const entry = z.union(
  [
    level.transform((enforcementLevel) => ({ enforcementLevel })),
    z.strictObject({ enforcementLevel: level.optional(), except: texts, stacks: texts, variables: texts }),
  ],
  `must be ${level.options.join(", ")}, or an object with enforcementLevel, except, stacks, variables`,
);

const names = rules.map(({ name }) => name);

/** What the engine reads by --policy-pack-config; `all` is the level of those that say none. */
const file = z
  .partialRecord(z.enum([...names, "all"]), entry)
  .refine(({ all = {} }) => Object.keys(all).every((key) => key === "enforcementLevel"), {
    path: ["all"],
    error: "must be a level alone",
  });

/** How a rule is taken. */
export interface RuleSettings {
  level: z.output<typeof level>;
  settings: Partial<Settings>;
}

/**
 * How each rule is taken, by its name.
 * @param path JSON as the engine's --policy-pack-config has it; default: every rule is mandatory
 * @throws Error naming the keys that are unknown or wrong, of which the engine passes over the unknown ones.
 */
export function readSettings(path: string | undefined): (rule: string) => RuleSettings {
  const entries = path === undefined ? {} : parse(path);
  return (rule) => {
    const { enforcementLevel = entries.all?.enforcementLevel ?? "mandatory", ...settings } = entries[rule] ?? {};
    return { level: enforcementLevel, settings };
  };
}

function parse(path: string): z.output<typeof file> {
  const { data, error } = file.safeParse(readJson(path));
  if (error === undefined) return data;
  const allowed = [...names, "all"].join(", ");
  throw new Error(`${path} cannot be used; its keys are ${allowed}:\n${z.prettifyError(error)}`);
}

function readJson(path: string): unknown {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
