import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { kernelMountsNfs } from "../../../local/kernel.ts";
import { kubernetesVersion } from "../../../local/settings.ts";
import type { Result } from "./run.ts";
import type { Durability } from "./subject.ts";

/** What the kill matrix measured. */
export interface Measurements {
  results: Result[];
  /** Engines and versions of the stores. */
  versions: Set<string>;
}

const page = fileURLToPath(new URL("../../../docs/promises.md", import.meta.url));

/** Writes what was measured, when and where, into docs/promises.md. */
export async function writePromises(measurements: Measurements): Promise<void> {
  const text = replaceMeasured(await readFile(page, "utf8"), measuredSection(measurements, await surroundings()));
  const style = await resolveConfig(page);
  await writeFile(page, await format(text, { ...style, filepath: page }));
}

async function surroundings(): Promise<string> {
  const client = (await kernelMountsNfs()) ? "the kernel's client" : "the node's own mount helper";
  const memory = Math.round(totalmem() / 2 ** 30);
  const kernel = /^\d+\.\d+/.exec(release())?.[0];
  const machine = `${cpus().length} cores, ${memory} GiB, Linux ${kernel}`;
  const date = new Date().toISOString().slice(0, 10);
  return `${date}, local node on ${machine}; Kubernetes ${kubernetesVersion}, NFS by nfs-ganesha and ${client}`;
}

const marks = ["<!-- measured: begin -->", "<!-- measured: end -->"] as const;

/**
 * The page with another text between the marks.
 * @throws Error when the page has not both of them.
 */
export function replaceMeasured(text: string, measured: string): string {
  const [begin, end] = marks;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/promises.md must hold ${begin} and, after it, ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${measured}\n\n${text.slice(to)}`;
}

/** The tables, one for each durability that was tried. Pure. */
export function measuredSection({ results, versions }: Measurements, where: string): string {
  const tables = (["always", "everysec"] as const).flatMap((durability) => {
    const rows = results.filter((result) => result.durability === durability);
    return rows.length === 0 ? [] : [table(durability, rows)];
  });
  return [`Measured ${where}, ${[...versions].join(", ")}.`, ...tables].join("\n\n");
}

function table(durability: Durability, results: Result[]): string {
  return [
    `| \`${durability}\` | acknowledged | lost | longest pause | first write after the fault |`,
    "| --- | --: | --: | --: | --: |",
    ...results.map(row),
  ].join("\n");
}

function row({ title, acknowledged, lost, pauseSeconds, backSeconds }: Result): string {
  const times = [pauseSeconds === 0 ? "none" : seconds(pauseSeconds), backSeconds === 0 ? "–" : seconds(backSeconds)];
  const cells = [title, count(acknowledged), count(lost), ...times];
  return `| ${cells.join(" | ")} |`;
}

const count = (number: number) => number.toLocaleString("en-US");

const seconds = (number: number) => `${number.toFixed(1)} s`;
