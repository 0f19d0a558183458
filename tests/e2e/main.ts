import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Mocha from "mocha";
import type { ContextOptions } from "../../cli/environment.ts";
import { suite } from "./options.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const topics = readdirSync(folder).flatMap((file) => /^([a-z]+).*\.spec\.ts$/.exec(file)?.[1] ?? []);

/** `npm run e2e [-- topic…]`: behaviour on a real cluster. Exits with 1 when a test fails. */
await new Command("e2e")
  .description("end-to-end tests on the local node, or on a cluster of yours")
  .argument("[topics...]", `of ${topics.join(", ")}; default: all`, topics)
  .option("--context <name>", "context of your kubeconfig, instead of a local node")
  .option("--stack <name>", "stack to deploy there", "dev")
  .option("--ingress <host:port>", "address of that cluster's ingress controller, where the Ingress never shows one")
  .action(run)
  .parseAsync();

async function run(wanted: string[], { context, ...rest }: Omit<ContextOptions, "context"> & { context?: string }) {
  const unknown = wanted.filter((topic) => !topics.includes(topic));
  if (unknown.length > 0) {
    console.error(`there is no topic ${unknown.join(", ")}; topics: ${topics.join(", ")}`);
    process.exit(2);
  }
  if (context !== undefined) suite.cluster = { ...rest, context };
  const mocha = new Mocha({ reporter: fileURLToPath(new URL("../tally.cjs", import.meta.url)), timeout: 300_000 });
  for (const file of readdirSync(folder).sort()) {
    if (file.endsWith(".spec.ts") && wanted.some((topic) => file.startsWith(topic))) mocha.addFile(folder + file);
  }
  await mocha.loadFilesAsync();
  mocha.run((failures) => process.exit(failures === 0 ? 0 : 1));
}
