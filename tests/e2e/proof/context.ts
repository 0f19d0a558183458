import { explainPods } from "../../../deploy/explain.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { Browser, type Endpoint } from "./browser.ts";
import type { Pods } from "./pods.ts";

/** What the proof works on: a deployed stack whose application is the demo, and a visitor who logs in once. */
export interface ProofContext extends Pods {
  stack: DeployedStack;
  endpoint: Endpoint;
  /** The visitor whose session has to survive everything. */
  visitor: Browser;
  /** The visits that the visitor has made so far: the store must know them all. */
  visits: number;
  /** The export's directory where it can be looked into, as on the local node. */
  exportDirectory?: string;
  /** Tells a measured fact. */
  report: (fact: string) => void;
}

/** One sentence of the proof. */
export interface ProofStep {
  title: string;
  run: (context: ProofContext) => Promise<void>;
}

export function proofContext(
  stack: DeployedStack,
  endpoint: Endpoint,
  rest: Pick<ProofContext, "exportDirectory" | "report">,
): ProofContext {
  const { cluster, outputs } = stack;
  return { stack, cluster, namespace: outputs.namespace, endpoint, visitor: new Browser(endpoint), visits: 0, ...rest };
}

/** Runs a step; a failure carries the events and logs of the pods. */
export async function runStep(step: ProofStep, context: ProofContext): Promise<void> {
  try {
    await step.run(context);
  } catch (error) {
    const pods = await explainPods(context.cluster, context.namespace).catch((reason: unknown) => String(reason));
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${step.title}: ${message}\n${pods}`, { cause: error });
  }
}
