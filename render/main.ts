import { Command } from "commander";
import { ConfigError } from "../config.ts";
import type { PublicOutputs } from "../outputs.ts";
import { render } from "./program.ts";
import { toYaml } from "./yaml.ts";

/** `npm run render -- <stack>`: the stack's Kubernetes manifests on standard output. */
await new Command("render")
  .description("prints the Kubernetes manifests of a stack; needs no cluster, shows no secret")
  .argument("<stack>", "stack with a file Pulumi.<stack>.yaml")
  .option("--outputs", "print the stack's outputs instead, as JSON")
  .action(async (stack: string, { outputs: onlyOutputs }: { outputs?: true }) => {
    const { objects, outputs } = await render(stack);
    if (onlyOutputs) console.log(JSON.stringify({ ...outputs, sessionStoreUrl: hidden(outputs) }, null, 2));
    else process.stdout.write(toYaml(objects));
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof ConfigError || error instanceof Error ? error.message : error);
    process.exit(1);
  });

/** Says that there is a URL without telling it. */
function hidden({ sessionStore }: PublicOutputs): string | null {
  return sessionStore === null || sessionStore.kind === "external" ? null : "[secret]";
}
