import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Mocha from "mocha";
import { namedCluster, withContextOptions, type MaybeContext } from "../../cli/contextOptions.ts";
import { contextEnvironment, type ContextOptions } from "../../cli/environment.ts";
import { destroyStack } from "../../deploy/stack.ts";
import { suite } from "./options.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const specs = readdirSync(folder)
  .filter((file) => file.endsWith(".spec.ts"))
  .sort();
const topics = [...new Set(specs.map((file) => file.slice(0, file.indexOf("."))))];

/** `npm run e2e [-- topic…]`: behaviour on a real cluster. Exits with 1 when a test fails. */
await withContextOptions(new Command("e2e"))
  .description("end-to-end tests on the local node, or on a cluster of yours")
  .argument("[topics...]", `of ${topics.join(", ")}; default: all`, topics)
  .option("--long", "topic store: all cells of the kill matrix, which takes a quarter of an hour", false)
  .action(run)
  .parseAsync();

async function run(wanted: string[], { long, ...options }: MaybeContext & { long: boolean }): Promise<void> {
  const unknown = wanted.filter((topic) => !topics.includes(topic));
  if (unknown.length > 0) {
    console.error(`there is no topic ${unknown.join(", ")}; topics: ${topics.join(", ")}`);
    process.exit(2);
  }
  suite.cluster = namedCluster(options);
  suite.long = long;
  const tearDown = suite.cluster === undefined ? await startNode() : removeStack(suite.cluster);
  const mocha = new Mocha({ reporter: fileURLToPath(new URL("../tally.cjs", import.meta.url)), timeout: 300_000 });
  for (const file of specs.filter((name) => wanted.includes(name.slice(0, name.indexOf("."))))) {
    mocha.addFile(folder + file);
  }
  await mocha.loadFilesAsync();
  const failures = await new Promise<number>((done) => mocha.run(done));
  await tearDown();
  process.exit(failures === 0 ? 0 : 1);
}

/** Brings the local node up, building what is missing, and returns what leaves the machine as it was. */
async function startNode(): Promise<() => Promise<unknown>> {
  const { connect, down, up } = await import("../../local/node.ts");
  const wasUp = connect() !== undefined;
  await up().catch(() => process.exit(1)); // The failed task has said why.
  return wasUp ? () => Promise.resolve() : () => down();
}

/** What the suite leaves on somebody else's cluster: nothing. */
function removeStack(cluster: ContextOptions): () => Promise<void> {
  return () => destroyStack(contextEnvironment(cluster).options);
}
