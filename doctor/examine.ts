import type { Cluster } from "../deploy/cluster.ts";
import { Answers, ask } from "./answers.ts";
import { checks } from "./checks.ts";
import { fail, type Finding } from "./finding.ts";
import { serverVersion } from "./questions.ts";
import type { Stack } from "./stack.ts";

/** Seconds for one answer of the API server. */
const patience = 10;

/**
 * What a stack will meet on a cluster, in the order of the checks. Reads alone, everything at the same time.
 * @param context as the first row names the cluster
 */
export async function examine(stack: Stack, cluster: Cluster, context: string): Promise<Finding[]> {
  // First and alone: without an answer the rest is idle, and a login is asked for once.
  const first = await ask(cluster, serverVersion, patience);
  if ("unknown" in first && isLost(first.code)) {
    const remedy = "start the cluster, or the way to it; log in again; or name another with session-stack:kubeContext";
    return [{ check: "context", ...fail(`${context} does not answer: ${first.unknown}`, remedy) }];
  }
  const questions = checks.flatMap(({ asks }) => asks(stack));
  const answers = await Answers.gather(cluster, questions, patience);
  return checks.flatMap(({ name, finds }) => finds(stack, answers).map((found) => ({ check: name, ...found })));
}

/** No answer at all, or one that refuses whoever asks; 403 refuses the question alone. */
function isLost(code: number | undefined): boolean {
  return code === undefined || code === 401;
}
