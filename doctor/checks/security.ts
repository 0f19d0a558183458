import { restrictedPods } from "../../policy/rules/restrictedPods.ts";
import { violationsOf } from "../../policy/rules/rule.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, type Found } from "../finding.ts";
import { namespace } from "../questions.ts";
import { makesNamespace, type Stack } from "../stack.ts";

/** Level of Pod Security that a namespace of somebody else enforces. @see components/labels.ts */
const enforce = "pod-security.kubernetes.io/enforce";

/** Whether a namespace of somebody else admits the stack's pods; one of its own gets the right label. */
export const security: Check = {
  name: "pod security",
  asks: (stack) => (makesNamespace(stack) ? [] : [namespace(stack.namespace)]),
  finds: (stack, answers) => {
    if (makesNamespace(stack)) return [];
    const { namespace: name } = stack;
    return whenKnown(answers.to(namespace(name)), `the level that ${name} enforces`, (found) => {
      if (found === undefined) return [];
      return verdicts(stack, found.metadata?.labels?.[enforce]);
    });
  },
};

function verdicts({ name, namespace: place, objects }: Stack, level: string | undefined): Found[] {
  if (level !== "restricted") return [ok(`${place} enforces ${level ?? "no level by a label"}`)];
  const there = objects.filter(({ metadata }) => metadata.namespace === place);
  const violations = violationsOf(restrictedPods, there, name);
  if (violations.length === 0) return [ok(`${place} enforces restricted, which every pod keeps to`)];
  return violations.map(({ message }) =>
    fail(
      `${place} enforces restricted, and refuses pods of ${message.split(";")[0]}`,
      `set session-stack:app.podSecurity to restricted, or have the namespace's label ${enforce} say baseline`,
    ),
  );
}
