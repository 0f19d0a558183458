import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What was measured, before it is compared. */
export interface Measurement {
  /** What was measured, with what it depends on, such as "SET/s, always, 2 replicas, 20 clients". */
  metric: string;
  /** Value of what this project makes, in `unit`. */
  value: number;
  /** Unit of `value` and `peerValue`, such as "1/s", "ms" or "s". */
  unit: string;
  /** What it is compared with, measured in the same run, such as "valkey 8.1.1 on local disk". */
  peer: string;
  /** Value of the peer, in `unit`; not 0. */
  peerValue: number;
  /** What the ratio shall be: `≥ <number>` or `≤ <number>`; null: there is no goal, the figure is for information. */
  goal: string | null;
}

/** One line of a benchmark's results, as its JSON file has it. */
export interface Result extends Measurement {
  /** `value / peerValue`: what remains comparable when the machine is another, or busy. */
  ratio: number;
  /** Whether the ratio reaches the goal; null without a goal. */
  met: boolean | null;
}

/** Digits of what is written: more would be noise. */
const significantDigits = 3;

/**
 * Compares what was measured with its peer. The goal is judged by the ratio as measured, before all figures are rounded
 * to three digits.
 *
 * @throws Error naming the metric when its goal or one of its values makes no sense
 */
export function compare(measurement: Measurement): Result {
  const { metric, value, unit, peer, peerValue, goal } = measurement;
  if (!Number.isFinite(value) || !Number.isFinite(peerValue) || value < 0 || peerValue <= 0) {
    throw new Error(
      `${metric}: measured ${value} ${unit} and, of ${peer}, ${peerValue} ${unit}: the first must not be below 0, the second must be above it`,
    );
  }
  const ratio = value / peerValue;
  return {
    metric,
    value: round(value),
    unit,
    peer,
    peerValue: round(peerValue),
    ratio: round(ratio),
    goal,
    met: goal === null ? null : reaches(ratio, goal, metric),
  };
}

function reaches(ratio: number, goal: string, metric: string): boolean {
  const [, sign, bound] = /^([≥≤]) (\d+(?:\.\d+)?)$/.exec(goal) ?? [];
  if (sign === undefined) {
    throw new Error(`${metric}: the goal "${goal}" must be "≥ <number>" or "≤ <number>", such as "≥ 0.97"`);
  }
  return sign === "≥" ? ratio >= Number(bound) : ratio <= Number(bound);
}

function round(number: number): number {
  return Number(number.toPrecision(significantDigits));
}

const header = ["metric", "value", "unit", "peer", "peer value", "ratio", "goal", "met"];
/** Columns whose numbers stand below each other. */
const numbers = new Set(["value", "peer value", "ratio"]);

/** The results as lines of text in columns, below a header. */
export function table(results: Result[]): string {
  const rows = [header, ...results.map(cells)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) => row.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

function cells({ metric, value, unit, peer, peerValue, ratio, goal, met }: Result): string[] {
  const verdict = met === null ? "–" : met ? "yes" : "no";
  return [metric, String(value), unit, peer, String(peerValue), String(ratio), goal ?? "–", verdict];
}

function pad(cell: string, column: number, width: number): string {
  return numbers.has(header[column] ?? "") ? cell.padStart(width) : cell.padEnd(width);
}

/**
 * Writes the results as `<folder>/<name>.json`, a list, in place of those of an earlier run.
 *
 * @returns path of the file
 */
export async function writeResults(folder: string, name: string, results: Result[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}
