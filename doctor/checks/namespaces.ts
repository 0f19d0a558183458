import type { V1Namespace } from "@kubernetes/client-node";
import { appliedBy } from "../../components/namespace.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok, warn, type Found } from "../finding.ts";
import { namespace } from "../questions.ts";
import { instanceLabel, made, makesNamespace, type Stack } from "../stack.ts";

/** Namespaces that the stack makes, and the one that it takes: there or not, and whose. */
export const namespaces: Check = {
  name: "namespace",
  asks: (stack) => namesOf(stack).map(namespace),
  finds: (stack, answers) =>
    namesOf(stack).flatMap((name) =>
      whenKnown(answers.to(namespace(name)), `namespace ${name}`, (found) => [
        found?.metadata?.deletionTimestamp !== undefined
          ? fail(`${name} is being deleted`, "wait until it is gone")
          : makesNamespace(stack, name)
            ? madeOne(stack, name, found)
            : takenOne(name, found),
      ]),
    ),
};

const namesOf = (stack: Stack) => [
  ...new Set([stack.namespace, ...made(stack, "Namespace").map(({ metadata }) => metadata.name)]),
];

function takenOne(name: string, found: V1Namespace | undefined): Found {
  if (found !== undefined) return ok(`${name} is there`);
  return fail(
    `there is no namespace ${name}, and session-stack:namespace.create is false`,
    `make it (kubectl create namespace ${name}), or leave namespace.create out`,
  );
}

function madeOne(stack: Stack, name: string, found: V1Namespace | undefined): Found {
  if (found === undefined) return ok(`${name} is free`);
  const { labels, annotations } = found.metadata ?? {};
  const owner = labels?.[instanceLabel];
  if (owner === undefined) {
    return warn(
      `${name} is there and of no stack: this one takes it over, and destroys it at its end`,
      "set session-stack:namespace.create to false, or namespace.name to another",
    );
  }
  if (owner !== stack.instance)
    return fail(`${name} belongs to ${owner}`, "set session-stack:namespace.name to another");
  return wayOf(stack, name, annotations?.[appliedBy]);
}

/** Stack whose two ways `npm start` itself tells apart. */
const localStack = "local";

/** The engine would not know what was applied from manifests, and would collide with it. */
function wayOf({ name: stack }: Stack, name: string, way: string | undefined): Found {
  const common = `${name} belongs to this stack`;
  if (way !== "manifests") return ok(way === undefined ? common : `${common}, applied by the Pulumi engine`);
  if (stack === localStack) return ok(`${common}, applied from manifests`);
  return warn(
    `${common}, applied from manifests, which pulumi up does not know of`,
    "go on with npm start -- --context …, or delete it with npm run stop -- --context … before pulumi up",
  );
}
