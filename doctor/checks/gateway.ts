import type { KubernetesObject, V1Condition } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, warn, type Found } from "../finding.ts";
import { one } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/** The Gateway that HTTPRoutes attach to: there, taken by a controller, and open to the stack's namespace. */
export const gateway: Check = {
  name: "gateway",
  asks: (stack) => parentsOf(stack).map(gatewayOf),
  finds: (stack, answers) =>
    parentsOf(stack).flatMap((parent) =>
      whenKnown(answers.to(gatewayOf(parent)), `Gateway ${parent.namespace}/${parent.name}`, (found) => [
        verdict(stack, parent, found),
      ]),
    ),
};

interface Parent {
  name: string;
  namespace: string;
  /** Listeners that the routes name; none where they take any. */
  sections: string[];
}

/** @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway */
interface Gateway extends KubernetesObject {
  spec: {
    gatewayClassName: string;
    listeners: { name: string; allowedRoutes?: { namespaces?: { from?: "All" | "Same" | "Selector" | "None" } } }[];
  };
  status?: { conditions?: V1Condition[] };
}

const gatewayOf = ({ name, namespace: place }: Parent) =>
  one<Gateway>("gateway.networking.k8s.io/v1", "Gateway", name, place);

function parentsOf(stack: Stack): Parent[] {
  const references = made(stack, "HTTPRoute").flatMap(
    ({ spec }) => spec?.parentRefs as { name: string; namespace?: string; sectionName?: string }[],
  );
  const parents = new Map<string, Parent>();
  for (const { name, namespace: place = stack.namespace, sectionName } of references) {
    const parent = parents.get(`${place}/${name}`) ?? { name, namespace: place, sections: [] };
    if (sectionName !== undefined && !parent.sections.includes(sectionName)) parent.sections.push(sectionName);
    parents.set(`${place}/${name}`, parent);
  }
  return [...parents.values()];
}

function verdict(stack: Stack, parent: Parent, found: Gateway | undefined): Found {
  const name = `Gateway ${parent.namespace}/${parent.name}`;
  if (found === undefined) {
    return fail(
      `there is no ${name}`,
      "name one that is there in session-stack:ingress.gateway: kubectl get gateway -A",
    );
  }
  const { listeners, gatewayClassName } = found.spec;
  const missing = parent.sections.filter((section) => !listeners.some((listener) => listener.name === section));
  if (missing.length > 0) {
    return fail(
      `${name} has no listener ${missing.join(", ")}; it has: ${listeners.map((listener) => listener.name).join(", ")}`,
      "set session-stack:ingress.gateway.section and redirectSection to these",
    );
  }
  const used = listeners.filter((listener) => parent.sections.length === 0 || parent.sections.includes(listener.name));
  const sources = used.map(({ allowedRoutes }) => allowedRoutes?.namespaces?.from ?? "Same");
  const isOpen = sources.includes("All") || (sources.includes("Same") && parent.namespace === stack.namespace);
  if (!isOpen && !sources.includes("Selector")) {
    return fail(
      `${name} takes no routes of namespace ${stack.namespace}`,
      "have its owner set allowedRoutes.namespaces.from of the listener to All, or to a Selector of that namespace",
    );
  }
  const accepted = found.status?.conditions?.find(({ type }) => type === "Accepted");
  if (accepted?.status !== "True") {
    return fail(
      `${name} was not accepted${accepted === undefined ? "" : `: ${accepted.reason}: ${accepted.message}`}`,
      `see that the controller of GatewayClass ${gatewayClassName} runs`,
    );
  }
  if (!isOpen) {
    return warn(
      `${name} takes routes of namespaces with certain labels alone`,
      `see that namespace ${stack.namespace} has them: kubectl -n ${parent.namespace} get gateway ${parent.name} -o yaml`,
    );
  }
  return ok(`${name} of class ${gatewayClassName} is accepted`);
}
