import type { V1IngressClass } from "@kubernetes/client-node";
import { dialects } from "../../components/affinity/dialects.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, unknown, warn, type Found } from "../finding.ts";
import { ingressClasses } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/** The class that the Ingress names, which leads to its controller. */
export const ingressClass: Check = {
  name: "ingress class",
  asks: (stack) => (namesOf(stack).length === 0 ? [] : [ingressClasses]),
  finds: (stack, answers) => {
    const names = namesOf(stack);
    if (names.length === 0) return [];
    return whenKnown(answers.to(ingressClasses), "which IngressClasses there are", (classes) =>
      names.map((name) => verdict(name, classes)),
    );
  },
};

/** Undefined for an Ingress without a class, which a controller takes by an annotation. */
const namesOf = (stack: Stack) =>
  made(stack, "Ingress").map(({ spec }) => spec?.ingressClassName as string | undefined);

function verdict(name: string | undefined, classes: V1IngressClass[]): Found {
  if (name === undefined) {
    return unknown(
      "the Ingress names no class, so whether a controller takes it cannot be known",
      "after up, see whether it gets an address: kubectl get ingress",
    );
  }
  const found = classes.find(({ metadata }) => metadata?.name === name);
  if (found !== undefined) return ok(`${name} is of ${found.spec?.controller}; whether that runs is not known`);
  const names = classes.map((one) => one.metadata?.name).join(", ");
  // Contour goes by the name alone. @see https://projectcontour.io/docs/main/config/ingress/
  if (name === dialects.contour.className) {
    return warn(`there is no IngressClass ${name}, which Contour can do without`, "see that Contour is installed");
  }
  return fail(
    `there is no IngressClass ${name}, so no controller takes the Ingress; there are: ${names || "none"}`,
    "install the controller, or set session-stack:ingress.controller and ingress.className to what is there",
  );
}
