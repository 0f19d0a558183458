import type { V1LimitRange, V1LimitRangeItem } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, type Found } from "../finding.ts";
import { measureOf } from "../quantities.ts";
import { limitRanges } from "../questions.ts";
import { claimsOf, containersOf, podsOf, type Stack } from "../stack.ts";

/** LimitRanges of the namespace: containers and claims below their least or above their most are refused. */
export const limits: Check = {
  name: "limits",
  asks: ({ namespace }) => [limitRanges(namespace)],
  finds: (stack, answers) =>
    whenKnown(answers.to(limitRanges(stack.namespace)), `the limits of ${stack.namespace}`, (ranges) => {
      const problems = ranges.flatMap((range) => verdicts(stack, range));
      if (problems.length > 0) return problems;
      return [ok(ranges.length === 0 ? `${stack.namespace} has none` : `${stack.namespace} has limits that fit`)];
    }),
};

function verdicts(stack: Stack, { metadata, spec }: V1LimitRange): Found[] {
  const name = `LimitRange ${stack.namespace}/${metadata?.name}`;
  return (spec?.limits ?? []).flatMap((item) =>
    wishesOf(stack, item.type).flatMap((wish) =>
      problemsOf(wish, item).map((problem) =>
        fail(
          `${name} ${problem}, and ${wish.owner} is refused`,
          "have the LimitRange changed, or session-stack:app.resources, store.memory or store.size",
        ),
      ),
    ),
  );
}

/** What one container, or one claim, states. */
interface Wish {
  owner: string;
  requests: Record<string, string>;
  limits: Record<string, string>;
}

function wishesOf(stack: Stack, type: string): Wish[] {
  if (type === "Container") {
    return podsOf(stack)
      .filter(({ namespace }) => namespace === stack.namespace)
      .flatMap(({ owner, spec }) =>
        containersOf(spec).map(({ name, resources: { requests = {}, limits = {} } = {} }) => ({
          owner: `container ${name} of ${owner}`,
          requests: { ...limits, ...requests },
          limits,
        })),
      );
  }
  if (type !== "PersistentVolumeClaim") return [];
  return claimsOf(stack)
    .filter(({ namespace }) => namespace === stack.namespace)
    .map(({ owner, spec }) => {
      const requests = spec.resources?.requests ?? {};
      return { owner: `a claim of ${owner}`, requests, limits: requests };
    });
}

function problemsOf({ requests, limits: most }: Wish, { min = {}, max = {} }: V1LimitRangeItem): string[] {
  const isBelow = (one: string | undefined, other: string) => {
    const [a, b] = [measureOf(one ?? ""), measureOf(other)];
    return a !== undefined && b !== undefined && a < b;
  };
  return [
    ...Object.entries(max)
      .filter(([resource, limit]) => isBelow(limit, most[resource] ?? ""))
      .map(([resource, limit]) => `allows ${limit} of ${resource}, not ${most[resource]}`),
    ...Object.entries(min)
      .filter(([resource, least]) => isBelow(requests[resource], least))
      .map(([resource, least]) => `wants at least ${least} of ${resource}, not ${requests[resource]}`),
  ];
}
