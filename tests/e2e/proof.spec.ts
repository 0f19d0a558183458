import type { Environment } from "../../cli/environment.ts";
import { deployStack, destroyStack } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { proofContext, runStep, type ProofContext } from "./proof/context.ts";
import { proofSteps } from "./proof/steps.ts";
import { visit } from "./proof/visits.ts";

describe("the session proof", () => {
  let environment: Environment;
  let context: ProofContext;

  before("a cluster with the stack on it", async () => {
    environment = await openEnvironment();
    const stack = await deployStack(environment.options);
    const { exportDirectory } = environment;
    const report = (fact: string) => console.log(`      ${fact}`);
    context = proofContext(stack, await environment.endpoint(stack), { exportDirectory, report });
  });

  for (const step of proofSteps) it(step.title, () => runStep(step, context));

  it("a session survives stopping and starting the node", async function () {
    if (suite.cluster !== undefined) this.skip(); // Somebody else's cluster is not ours to stop.
    const { down } = await import("../../local/node.ts");
    await down({ purge: false });
    environment = await openEnvironment();
    await redeploy();
  });

  it("a session survives destroying and deploying the stack", async () => {
    await destroyStack(environment.options);
    await redeploy();
  });

  /** Deploys, then goes on with the session from before. */
  async function redeploy(): Promise<void> {
    const stack = await deployStack(environment.options);
    Object.assign(context, stack, { stack, endpoint: await environment.endpoint(stack) });
    await runStep({ title: "the session from before", run: async (proof) => void (await visit(proof)) }, context);
  }
});
