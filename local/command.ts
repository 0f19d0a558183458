import { createInterface } from "node:readline";
import { ExecaError, execa } from "execa";
import type { Report } from "./progress.ts";

/** How much of a failed command's output is told. */
const linesTold = 6;

export interface ToolOptions {
  cwd?: string;
  environment?: Record<string, string>;
  /** Gets each line of standard error. */
  report?: Report;
}

/**
 * Runs a program that builds something.
 *
 * @returns its standard output
 * @throws Error with the program's last lines
 */
export async function runTool(
  file: string,
  args: string[],
  { cwd, environment, report }: ToolOptions = {},
): Promise<string> {
  const child = execa(file, args, { cwd, env: environment, stdin: "ignore" });
  if (report) createInterface({ input: child.stderr }).on("line", report);
  try {
    return (await child).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const output = String(error.stderr ?? "").trim() || error.shortMessage;
    const last = output.split("\n").slice(-linesTold).join("\n  ");
    throw new Error(`${file} failed (${error.exitCode ?? error.signal ?? error.code ?? "not started"}):\n  ${last}`, {
      cause: error,
    });
  }
}
