import { readdirSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Argument, Command } from "commander";
import { fail } from "../cli/contextOptions.ts";
import { table, writeResults, type Result } from "./result.ts";

/** What `<name>.bench.ts` exports: measures, cleans up, and returns the lines of its results. */
export interface Benchmark {
  /**
   * @param report tells the user what is being done, a line at a time
   * @param isShort as little of everything as shows that the benchmark works
   */
  run: (report: (line: string) => void, isShort: boolean) => Promise<Result[]>;
}

const folder = fileURLToPath(new URL(".", import.meta.url));
const ending = ".bench.ts";
const names = readdirSync(folder)
  .filter((file) => file.endsWith(ending))
  .map((file) => file.slice(0, -ending.length))
  .sort();

/** `npm run bench [-- name…]`: measures on this machine. Exits with 1 when a benchmark fails; a missed goal is a result. */
await new Command("bench")
  .description("measures on this machine, each figure beside that of a peer, and writes them to bench/results")
  .addArgument(new Argument("[names...]", "benchmarks; default: all").choices(names).default(names, names.join(", ")))
  .option("--short", "tries the benchmarks: one round of each, which says little, so no results are written")
  .action(run)
  .parseAsync()
  .catch(fail);

async function run(wanted: string[], { short = false }: { short?: boolean }): Promise<void> {
  for (const name of wanted) {
    const benchmark = (await import(`./${name}${ending}`)) as Benchmark;
    const results = await benchmark.run((line) => console.error(`${name}: ${line}`), short);
    if (short) {
      console.log(table(results));
      continue;
    }
    const file = await writeResults(`${folder}results`, name, results);
    console.log(`${table(results)}\n\nwritten to ${relative(process.cwd(), file)}`);
  }
}
