import { describe, isCustom, type KubernetesObject } from "../../render/objects.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, few, ok, type Found } from "../finding.ts";
import { kindsOf } from "../questions.ts";
import type { Stack } from "../stack.ts";

/** Kinds that come with a CustomResourceDefinition: those of the dialect. */
export const kinds: Check = {
  name: "kinds",
  asks: (stack) => versionsOf(stack).map(kindsOf),
  finds: (stack, answers) =>
    versionsOf(stack).flatMap((apiVersion) =>
      whenKnown(answers.to(kindsOf(apiVersion)), `what kinds ${apiVersion} has`, (served) =>
        verdicts(customOf(stack, apiVersion), served),
      ),
    ),
};

const versionsOf = ({ objects }: Stack) => [...new Set(objects.filter(isCustom).map(({ apiVersion }) => apiVersion))];

const customOf = ({ objects }: Stack, apiVersion: string) => objects.filter((one) => one.apiVersion === apiVersion);

function verdicts(objects: KubernetesObject[], served: string[]): Found[] {
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const uses = objects.filter((object) => object.kind === kind);
    const what = `${kind} of ${uses[0]?.apiVersion}`;
    if (served.includes(kind)) return ok(what);
    return fail(
      `there is no ${what}, the kind of ${few(uses.map(describe))}`,
      "install its CustomResourceDefinition, which comes with the controller that session-stack:ingress.controller names, or name another",
    );
  });
}
