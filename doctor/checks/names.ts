import type { KubernetesObject } from "@kubernetes/client-node";
import { describe } from "../../render/objects.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok } from "../finding.ts";
import { one } from "../questions.ts";
import { instanceLabel, makesNamespace, type Stack } from "../stack.ts";

/** Workloads of the same names in a namespace that the stack shares: their selectors cannot be changed into its own. */
export const names: Check = {
  name: "names",
  asks: (stack) => workloadsOf(stack).map(({ question }) => question),
  finds: (stack, answers) => {
    const workloads = workloadsOf(stack);
    const problems = workloads.flatMap(({ name, question }) =>
      whenKnown(answers.to(question), name, (found) => {
        const owner = found?.metadata?.labels?.[instanceLabel];
        if (found === undefined || owner === stack.instance) return [];
        return [
          fail(
            `${name} belongs to ${owner ?? "somebody else"}`,
            "set session-stack:namespace.name to another: one stack, one namespace",
          ),
        ];
      }),
    );
    if (problems.length > 0 || workloads.length === 0) return problems;
    return [ok(`${workloads.map(({ name }) => name).join(", ")}: free, or of this stack`)];
  },
};

function workloadsOf(stack: Stack) {
  if (makesNamespace(stack)) return [];
  return stack.objects
    .filter(({ kind, metadata }) => metadata.namespace === stack.namespace && /^(Deployment|StatefulSet)$/.test(kind))
    .map((object) => ({
      name: describe(object),
      question: one<KubernetesObject>(object.apiVersion, object.kind, object.metadata.name, object.metadata.namespace),
    }));
}
