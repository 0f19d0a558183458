import { Command } from "commander";
import { Listr, type ListrTask } from "listr2";
import { deployStack } from "../deploy/stack.ts";
import type { UpContext } from "../local/node.ts";
import { listrOptions } from "../local/progress.ts";
import { proofContext, runStep, type ProofContext } from "../tests/e2e/proof/context.ts";
import { proofSteps } from "../tests/e2e/proof/steps.ts";
import { fail, namedCluster, withContextOptions, type MaybeContext } from "./contextOptions.ts";
import { contextEnvironment, localEnvironment, type ContextOptions, type Environment } from "./environment.ts";
import { farewell } from "./farewell.ts";

/** What the tasks hand on to each other. */
interface StartContext extends UpContext {
  environment?: Environment;
  proof?: ProofContext;
}

/** `npm start`: a cluster, the stack on it, and the proof that its sessions survive. */
await withContextOptions(new Command("start"))
  .description("deploys the stack and proves that its sessions survive, on a local node or on a cluster of yours")
  .action(start)
  .parseAsync()
  .catch(fail);

async function start(options: MaybeContext): Promise<void> {
  const context: StartContext = {};
  const cluster = namedCluster(options);
  const tasks: ListrTask<StartContext>[] = [
    cluster === undefined ? await localNode() : existingCluster(cluster),
    { title: "Stack", task: deploy },
    { title: "Proof", task: (_, task) => task.newListr(proofTasks()) },
  ];
  try {
    await new Listr(tasks, listrOptions).run(context);
    console.log(farewell(required(context.proof), cluster ?? required(context.cluster)));
  } catch {
    process.exitCode = 1; // The failed task has said why.
  }
}

/** Loaded only when it is wanted: a cluster that exists needs nothing of it. */
async function localNode(): Promise<ListrTask<StartContext>> {
  const { upTasks } = await import("../local/node.ts");
  return { title: "Local node", task: (_, task) => task.newListr<StartContext>(upTasks()) };
}

function existingCluster(options: ContextOptions): ListrTask<StartContext> {
  return {
    title: `Cluster ${options.context}`,
    task: (context) => {
      context.environment = contextEnvironment(options);
    },
  };
}

async function deploy(context: StartContext): Promise<void> {
  const environment = context.environment ?? localEnvironment(required(context.cluster));
  const { options, endpoint, exportDirectory } = environment;
  const stack = await deployStack(options);
  context.proof = proofContext(stack, await endpoint(stack), { exportDirectory, report: () => undefined });
}

function proofTasks(): ListrTask<StartContext>[] {
  return proofSteps.map((step) => ({
    title: step.title,
    task: (context, task) => {
      const proof = required(context.proof);
      proof.report = (fact) => void (task.output = fact);
      return runStep(step, proof);
    },
    rendererOptions: { persistentOutput: true },
  }));
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a step ran before the one it builds on");
  return value;
}
