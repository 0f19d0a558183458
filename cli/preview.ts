import { Command } from "commander";
import { execa } from "execa";
import { fail } from "./contextOptions.ts";

/** Exit code for changes where none were expected: that of the engine. @see https://www.pulumi.com/docs/iac/cli/exit-codes/ */
const unexpectedChanges = 7;

interface PreviewFlags {
  context?: string;
  manifests?: boolean;
  expectNoChanges?: boolean;
}

/** `npm run preview -- <stack>`: what deploying would change, by the engine or by a dry run of the manifests. */
await new Command("preview")
  .description("shows what deploying a stack would change, and changes nothing")
  .argument("<stack>", "stack with a file Pulumi.<stack>.yaml")
  .option("--manifests", "try the rendered manifests on the cluster, even where there is an engine")
  .option("--context <name>", "context of your kubeconfig for that, instead of the stack's kubeContext")
  .option("--expect-no-changes", `exit with ${unexpectedChanges} where something would change`)
  .action(show)
  .parseAsync()
  .catch(fail);

async function show(stack: string, { context, manifests = false, expectNoChanges = false }: PreviewFlags) {
  if (context === undefined && !manifests && (await hasEngine())) {
    process.exitCode = await byEngine(stack, expectNoChanges);
    return;
  }
  // Loaded only when it is wanted: the engine needs nothing of it, and it takes a second.
  const { previewManifests } = await import("./previewManifests.ts");
  const { refused, changes } = await previewManifests(stack, context);
  if (refused) process.exitCode = 1;
  else if (expectNoChanges && changes > 0) process.exitCode = unexpectedChanges;
}

async function hasEngine(): Promise<boolean> {
  return !(await execa("pulumi", ["version"], { reject: false })).failed;
}

/** With the policies, as the workflows have it. */
async function byEngine(stack: string, expectNoChanges: boolean): Promise<number> {
  const flags = expectNoChanges ? ["--expect-no-changes"] : [];
  const args = ["preview", "--stack", stack, "--diff", "--policy-pack", "policy", ...flags];
  const { exitCode = 1 } = await execa("pulumi", args, { stdio: "inherit", reject: false });
  return exitCode;
}
