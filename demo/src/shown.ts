import { readFile } from "node:fs/promises";

/** What the demo was told by variables, arguments and a file, so that it can be seen to have arrived. */
export interface Shown {
  /** The pod that answered. */
  pod: string;
  /** The variables that begin with DEMO_. */
  env: Record<string, string>;
  args: string[];
  /** Content of the file that DEMO_FILE names; null where it names none, or there is none. */
  file: string | null;
}

const PREFIX = "DEMO_";

/**
 * What there is to show. An application in earnest has nothing like it: arguments, and whatever a variable of this prefix
 * holds, are for everybody to read.
 *
 * @param argv the command line, with interpreter and program
 * @param pod name of this one
 * @returns what reads it anew each time; undefined without a variable that begins with DEMO_
 */
export function shown(
  env: Record<string, string | undefined>,
  argv: string[],
  pod: string,
): (() => Promise<Shown>) | undefined {
  const variables = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith(PREFIX) && value !== undefined ? [[name, value]] : [],
  );
  if (variables.length === 0) return undefined;
  const path = env[`${PREFIX}FILE`];
  return async () => ({
    pod,
    env: Object.fromEntries(variables) as Record<string, string>,
    args: argv.slice(2),
    file: path === undefined ? null : await readFile(path, "utf8").catch(() => null),
  });
}
