import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Mocha from "mocha";
import { namedCluster, withContextOptions, type MaybeContext } from "../../cli/contextOptions.ts";
import { suite } from "./options.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const topics = readdirSync(folder).flatMap((file) => /^([a-z]+).*\.spec\.ts$/.exec(file)?.[1] ?? []);

/** `npm run e2e [-- topic…]`: behaviour on a real cluster. Exits with 1 when a test fails. */
await withContextOptions(new Command("e2e"))
  .description("end-to-end tests on the local node, or on a cluster of yours")
  .argument("[topics...]", `of ${topics.join(", ")}; default: all`, topics)
  .action(run)
  .parseAsync();

async function run(wanted: string[], options: MaybeContext): Promise<void> {
  const unknown = wanted.filter((topic) => !topics.includes(topic));
  if (unknown.length > 0) {
    console.error(`there is no topic ${unknown.join(", ")}; topics: ${topics.join(", ")}`);
    process.exit(2);
  }
  suite.cluster = namedCluster(options);
  const mocha = new Mocha({ reporter: fileURLToPath(new URL("../tally.cjs", import.meta.url)), timeout: 300_000 });
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith(".spec.ts") && wanted.some((topic) => file.startsWith(topic))) mocha.addFile(folder + file);
  }
  await mocha.loadFilesAsync();
  mocha.run((failures) => process.exit(failures === 0 ? 0 : 1));
}
