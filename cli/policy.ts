import { Command } from "commander";
import { rules } from "../policy/rules/all.ts";
import { violationsOf } from "../policy/rules/rule.ts";
import { render } from "../render/program.ts";
import { fail } from "./contextOptions.ts";
import { readSettings } from "./policySettings.ts";

/** `npm run policy -- <stack>`: what the rules of policy/ find in the stack's rendered manifests. */
await new Command("policy")
  .description("checks a stack by the policies, without engine and cluster")
  .argument("<stack>", "stack with a file Pulumi.<stack>.yaml")
  .option("--config <file>", "levels and exceptions, as the engine reads them by --policy-pack-config")
  .action(check)
  .parseAsync()
  .catch(fail);

async function check(stack: string, { config }: { config?: string }): Promise<void> {
  const settingsOf = readSettings(config);
  const { objects } = await render(stack);
  const found = rules.flatMap((rule) => {
    const { level, settings } = settingsOf(rule.name);
    if (level === "disabled") return [];
    const violations = violationsOf(rule, objects, stack, settings);
    return violations.map(({ message }) => ({ level, line: `[${level}] ${rule.name}: ${message}` }));
  });
  for (const { line } of found) console.log(line);
  const mandatory = found.filter(({ level }) => level === "mandatory").length;
  console.log(
    `stack ${stack}: ${objects.length} objects, ${mandatory} mandatory and ${found.length - mandatory} advisory violations`,
  );
  if (mandatory > 0) process.exitCode = 1;
}
