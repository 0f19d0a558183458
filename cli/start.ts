import { Command } from "commander";
import { Listr, PRESET_TIMER, type ListrTask } from "listr2";
import { deployStack, type DeployedStack } from "../deploy/stack.ts";
import type { UpContext } from "../local/node.ts";
import { proofContext, runStep, type ProofContext } from "../tests/e2e/proof/context.ts";
import { proofSteps } from "../tests/e2e/proof/steps.ts";
import { contextEnvironment, localEnvironment, type ContextOptions, type Environment } from "./environment.ts";
import { farewell } from "./farewell.ts";

/** What the tasks hand on to each other. */
interface StartContext extends UpContext {
  environment?: Environment;
  stack?: DeployedStack;
  proof?: ProofContext;
}

/** `npm start`: a cluster, the stack on it, and the proof that its sessions survive. */
await new Command("start")
  .description("deploys the stack and proves that its sessions survive, on a local node or on a cluster of yours")
  .option("--context <name>", "context of your kubeconfig, instead of a local node")
  .option("--stack <name>", "stack to deploy there", "dev")
  .option("--ingress <host:port>", "address of that cluster's ingress controller, where the Ingress never shows one")
  .action(start)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });

async function start(options: Omit<ContextOptions, "context"> & { context?: string }): Promise<void> {
  const context: StartContext = {};
  const { context: name } = options;
  await new Listr<StartContext, "default", "simple">(
    [
      name === undefined ? await localNode() : existingCluster({ ...options, context: name }),
      { title: "Stack", task: deploy },
      { title: "Proof", task: (_, task) => task.newListr(proofTasks()) },
    ],
    {
      rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
      fallbackRendererOptions: { timer: PRESET_TIMER },
    },
  ).run(context);
  console.log(farewell(context.proof, context.cluster));
}

/** Loaded only when it is wanted: a cluster that exists needs nothing of it. */
async function localNode(): Promise<ListrTask<StartContext>> {
  const { upTasks } = await import("../local/node.ts");
  return {
    title: "Local node",
    task: (context, task) =>
      task.newListr<StartContext>([
        ...upTasks(),
        {
          title: "Connect",
          task: () => {
            if (context.cluster === undefined)
              throw new Error("the local node came up without telling how to reach it");
            context.environment = localEnvironment(context.cluster);
          },
        },
      ]),
  };
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
  const { options, endpoint, exportDirectory } = required(context.environment);
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
