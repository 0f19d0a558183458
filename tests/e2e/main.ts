import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Mocha from "mocha";
import { namedCluster, withContextOptions, type MaybeContext } from "../../cli/contextOptions.ts";
import { contextEnvironment, type ContextOptions } from "../../cli/environment.ts";
import { destroyStack } from "../../deploy/stack.ts";
import { suite } from "./options.ts";
import { writePromises } from "./store/report.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const specs = readdirSync(folder)
  .filter((file) => file.endsWith(".spec.ts"))
  .sort();
const topics = [...new Set(specs.map((file) => file.slice(0, file.indexOf("."))))];

/** `npm run e2e [-- topic…]`: behaviour on a real cluster. Exits with 1 when a test fails. */
await withContextOptions(new Command("e2e"))
  .description("end-to-end tests on the local node, or on a cluster of yours")
  .argument("[topics...]", `of ${topics.join(", ")}; default: all`, topics)
  .option("--long", "topic store: all cells of the kill matrix, which takes ten minutes", false)
  .option("--promises", "topic store alone, all cells: write what was measured to docs/promises.md", false)
  .action(run)
  .parseAsync();

type Options = MaybeContext & { long: boolean; promises: boolean };

async function run(topicsWanted: string[], { long, promises, ...options }: Options): Promise<void> {
  const wanted = promises ? ["store"] : topicsWanted;
  const unknown = wanted.filter((topic) => !topics.includes(topic));
  if (unknown.length > 0) {
    console.error(`there is no topic ${unknown.join(", ")}; topics: ${topics.join(", ")}`);
    process.exit(2);
  }
  if (promises && options.context !== undefined) {
    console.error("--promises measures on the local node: leave --context out");
    process.exit(2);
  }
  suite.cluster = namedCluster(options);
  suite.long = long || promises;
  const tearDown = suite.cluster === undefined ? await startNode() : removeStack(suite.cluster);
  const mocha = new Mocha({ reporter: fileURLToPath(new URL("../tally.cjs", import.meta.url)), timeout: 300_000 });
  for (const file of specs.filter((name) => wanted.includes(name.slice(0, name.indexOf("."))))) {
    mocha.addFile(folder + file);
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((done) => mocha.run(done));
  await tearDown();
  if (promises) await report(failures);
  process.exit(failures === 0 ? 0 : 1);
}

/** Brings the local node up, building what is missing, and returns what leaves the machine as it was. */
async function startNode(): Promise<() => Promise<unknown>> {
  const { connect, down, up } = await import("../../local/node.ts");
  const wasUp = connect() !== undefined;
  await up().catch(() => process.exit(1)); // The failed task has said why.
  return wasUp ? () => Promise.resolve() : () => down();
}

/** A table of what went wrong would promise nothing. */
async function report(failures: number): Promise<void> {
  if (failures > 0) return console.error("docs/promises.md is as it was: a cell failed");
  await writePromises(suite.measurements);
  console.log("docs/promises.md holds what was measured");
}

/** What the suite leaves on somebody else's cluster: nothing. */
function removeStack(cluster: ContextOptions): () => Promise<void> {
  return () => destroyStack(contextEnvironment(cluster).options);
}
