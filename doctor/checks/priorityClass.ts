import type { V1PriorityClass } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok } from "../finding.ts";
import { one } from "../questions.ts";
import { podsOf, type Stack } from "../stack.ts";

/** The class of the pods' priority: pods that name one that is not there are refused. */
export const priorityClass: Check = {
  name: "priority class",
  asks: (stack) => namesOf(stack).map(named),
  finds: (stack, answers) =>
    namesOf(stack).flatMap((name) =>
      whenKnown(answers.to(named(name)), `PriorityClass ${name}`, (found) =>
        found !== undefined
          ? [ok(`${name} is there`)]
          : [
              fail(
                `there is no PriorityClass ${name}, which session-stack:app.scheduling.priorityClassName names`,
                "name one of kubectl get priorityclass, or leave it out",
              ),
            ],
      ),
    ),
};

const named = (name: string) => one<V1PriorityClass>("scheduling.k8s.io/v1", "PriorityClass", name);

const namesOf = (stack: Stack) => [
  ...new Set(podsOf(stack).flatMap(({ spec: { priorityClassName } }) => priorityClassName ?? [])),
];
