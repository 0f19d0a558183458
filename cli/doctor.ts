import { Command } from "commander";
import { connect, type Cluster, type Target } from "../deploy/cluster.ts";
import { examine } from "../doctor/examine.ts";
import { fail as failed, type Finding } from "../doctor/finding.ts";
import { stackOf } from "../doctor/stack.ts";
import { summary, table } from "../doctor/table.ts";
import { render } from "../render/program.ts";
import { projectName, readStackFile, type Overrides } from "../render/stackFile.ts";
import { fail } from "./contextOptions.ts";
import { findEnvironment } from "./runningEnvironment.ts";

/** `npm run doctor -- <stack>`: what the stack will meet on its cluster. Exits with 1 where something will fail. */
await new Command("doctor")
  .description("reads a cluster before a stack is deployed there, and says what will fail and what to do about it")
  .argument("<stack>", "stack with a file Pulumi.<stack>.yaml")
  .option("--context <name>", "context of your kubeconfig, in place of the stack's kubeContext")
  .action(diagnose)
  .parseAsync()
  .catch(fail);

async function diagnose(name: string, { context }: { context?: string }): Promise<void> {
  const { target, overrides } = await placeOf(name, context);
  const known = target === undefined ? overrides : { ...overrides, kubeContext: target.context };
  // Refuses a configuration that says no context.
  const rendering = await render(name, known);
  if (target === undefined) throw new Error(`stack ${name} names no context: give --context`);
  const findings = await examined(target, (cluster) => examine(stackOf(name, rendering), cluster, target.context));
  console.log(table(findings));
  console.log(`\nstack ${name} on ${target.context}: ${summary(findings)}`);
  // At once: what has not answered in time is not waited for.
  process.exit(findings.some(({ status }) => status === "fail") ? 1 : 0);
}

interface Place {
  target: Target | undefined;
  overrides: Overrides;
}

/** The local node for the stack that is made for it, unless another cluster is named. */
async function placeOf(stack: string, context: string | undefined): Promise<Place> {
  if (stack === "local" && context === undefined) {
    const { options } = await findEnvironment({ stack });
    return { target: options.target, overrides: options.overrides ?? {} };
  }
  const named = context ?? readStackFile(stack).values[`${projectName()}:kubeContext`];
  return { target: named === undefined ? undefined : { context: named }, overrides: {} };
}

/** A context that is not in the kubeconfig is a row, too. */
async function examined(target: Target, read: (cluster: Cluster) => Promise<Finding[]>): Promise<Finding[]> {
  let cluster: Cluster;
  try {
    cluster = connect(target);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [{ check: "context", ...failed(found, "set session-stack:kubeContext to one of them, or KUBECONFIG") }];
  }
  return read(cluster);
}
