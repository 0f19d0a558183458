import type { V1Container, V1LimitRange, V1ResourceQuota } from "@kubernetes/client-node";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, unknown, type Found } from "../finding.ts";
import { measureOf } from "../quantities.ts";
import { limitRanges, quotas } from "../questions.ts";
import { claimsOf, containersOf, podsOf, type Stack } from "../stack.ts";

/**
 * ResourceQuotas of the namespace: what counts a resource refuses pods that do not state it, and more than its limit.
 * What others use of it is left out: this stack may be among them.
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export const quota: Check = {
  name: "quota",
  asks: ({ namespace }) => [quotas(namespace), limitRanges(namespace)],
  finds: (stack, answers) => {
    const { namespace } = stack;
    return whenKnown(answers.to(quotas(namespace)), `the quotas of ${namespace}`, (found) => {
      if (found.length === 0) return [ok(`${namespace} has none`)];
      return whenKnown(answers.to(limitRanges(namespace)), `the defaults of ${namespace}`, (ranges) =>
        found.flatMap((one) => verdicts(stack, one, ranges)),
      );
    });
  },
};

function verdicts(stack: Stack, { metadata, spec }: V1ResourceQuota, ranges: V1LimitRange[]): Found[] {
  const name = `ResourceQuota ${stack.namespace}/${metadata?.name}`;
  if ((spec?.scopes ?? []).length > 0 || spec?.scopeSelector !== undefined) {
    return [
      unknown(
        `${name} counts certain pods alone, which is not looked at`,
        `look at it: kubectl -n ${stack.namespace} describe quota ${metadata?.name}`,
      ),
    ];
  }
  const hard = Object.entries(spec?.hard ?? {});
  const problems = hard.flatMap(([resource, most]) => [
    ...unstated(stack, name, resource, ranges),
    ...excess(stack, name, resource, most),
  ]);
  return problems.length > 0 ? problems : [ok(`${name} has room for the stack alone`)];
}

/** `cpu` is what `requests.cpu` is. */
function resourceOf(counted: string): ["requests" | "limits", "cpu" | "memory"] | undefined {
  const [, part = "requests", name] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(counted) ?? [];
  return name === undefined ? undefined : [part as "requests", name as "cpu"];
}

function unstated(stack: Stack, quotaName: string, counted: string, ranges: V1LimitRange[]): Found[] {
  const [part, resource] = resourceOf(counted) ?? [];
  if (part === undefined || resource === undefined || hasDefault(ranges, part, resource)) return [];
  const owners = inside(stack).flatMap(({ owner, spec }) =>
    containersOf(spec)
      .filter((container) => stated(container, part, resource) === undefined)
      .map(({ name }) => `container ${name} of ${owner}`),
  );
  if (owners.length === 0) return [];
  return [
    fail(
      `${quotaName} counts ${counted}, which is not stated by ${owners.join(", ")}: their pods are refused`,
      `have a LimitRange in ${stack.namespace} give a default for ${resource}, or state it in session-stack:app.resources where it is the application's`,
    ),
  ];
}

/** A limit is the request, too, where that is not stated. */
function stated({ resources = {} }: V1Container, part: "requests" | "limits", resource: string): string | undefined {
  return resources[part]?.[resource] ?? (part === "requests" ? resources.limits?.[resource] : undefined);
}

/** The most that a container may have is its limit, too, where that is not stated, and no default. */
function hasDefault(ranges: V1LimitRange[], part: "requests" | "limits", resource: string): boolean {
  const items = ranges.flatMap(({ spec }) => spec?.limits ?? []).filter(({ type }) => type === "Container");
  return items.some(
    ({ _default: limit, defaultRequest, max }) =>
      limit?.[resource] !== undefined ||
      max?.[resource] !== undefined ||
      (part === "requests" && defaultRequest?.[resource] !== undefined),
  );
}

function excess(stack: Stack, quotaName: string, counted: string, most: string): Found[] {
  const need = needOf(stack, counted);
  const limit = measureOf(most);
  if (need === undefined || limit === undefined || need <= limit) return [];
  return [
    fail(
      `${quotaName} allows ${most} of ${counted}, and the stack needs ${shown(counted, need)}`,
      "have it raised, or ask for less in session-stack:app and session-stack:store",
    ),
  ];
}

/** Bytes in a unit that people read. */
const shown = (counted: string, need: number) =>
  /(memory|storage)$/.test(counted) ? `${Math.ceil(need / 2 ** 20)}Mi` : `${need}`;

/** What the stack needs of something that quotas count; undefined for what is not looked at. */
function needOf(stack: Stack, counted: string): number | undefined {
  const claims = claimsOf(stack).filter(({ namespace }) => namespace === stack.namespace);
  const sum = (numbers: (number | undefined)[]) => numbers.reduce<number>((total, one) => total + (one ?? 0), 0);
  if (counted === "pods") return sum(inside(stack).map(({ count }) => count));
  if (counted === "persistentvolumeclaims") return sum(claims.map(({ count }) => count));
  if (counted === "requests.storage") {
    return sum(claims.map(({ count, spec }) => count * (measureOf(spec.resources?.requests?.storage ?? "0") ?? 0)));
  }
  const [part, resource] = resourceOf(counted) ?? [];
  if (part === undefined || resource === undefined) return undefined;
  return sum(
    inside(stack).map(
      ({ count, spec }) =>
        count * sum(runningOf(spec).map((container) => measureOf(stated(container, part, resource) ?? "0"))),
    ),
  );
}

const inside = (stack: Stack) => podsOf(stack).filter(({ namespace }) => namespace === stack.namespace);

/** Containers that run all the time, sidecars among them. */
const runningOf = ({
  initContainers = [],
  containers,
}: {
  initContainers?: V1Container[];
  containers: V1Container[];
}) => [...initContainers.filter(({ restartPolicy }) => restartPolicy === "Always"), ...containers];
