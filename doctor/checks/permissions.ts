import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, type Found } from "../finding.ts";
import { rights } from "../questions.ts";
import type { Stack } from "../stack.ts";

/** What applying, pruning and destroying do with objects of every kind. */
const verbs = ["get", "list", "create", "patch", "delete"];

/** What this account may do with the kinds of the stack, by SelfSubjectAccessReview. */
export const permissions: Check = {
  name: "permissions",
  asks: (stack) => placesOf(stack).map(questionAbout),
  finds: (stack, answers) => {
    const places = placesOf(stack);
    const problems = places.flatMap((place) =>
      whenKnown(answers.to(questionAbout(place)), `what this account may do with ${place.kind}`, (found) =>
        found === undefined || found.denied.length === 0 ? [] : [refusal(place, found)],
      ),
    );
    if (problems.length > 0) return problems;
    const count = new Set(places.map(({ kind }) => kind)).size;
    return [ok(`this account may ${list(verbs)} all ${count} kinds of the stack`)];
  },
};

interface Place {
  apiVersion: string;
  kind: string;
  namespace?: string;
}

const questionAbout = ({ apiVersion, kind, namespace }: Place) => rights(apiVersion, kind, verbs, namespace);

/** Every kind of the stack with each namespace that it has objects in. */
function placesOf({ objects }: Stack): Place[] {
  const places = objects.map(({ apiVersion, kind, metadata: { namespace } }) => ({ apiVersion, kind, namespace }));
  return [...new Map(places.map((place) => [Object.values(place).join(" "), place] as const)).values()];
}

function refusal({ namespace }: Place, { resource, denied }: { resource: string; denied: string[] }): Found {
  const where = namespace === undefined ? "in the whole cluster" : `in namespace ${namespace}`;
  const role = namespace === undefined ? "ClusterRole" : "Role";
  return fail(
    `this account may not ${list(denied)} ${resource} ${where}`,
    `have a ${role} allow it, or take another context`,
  );
}

const list = (words: string[]) => words.join(", ");
