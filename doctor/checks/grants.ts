import type { V1PolicyRule } from "@kubernetes/client-node";
import { describe, type KubernetesObject } from "../../render/objects.ts";
import type { Check } from "../check.ts";
import { whenKnown } from "../answers.ts";
import { fail, ok } from "../finding.ts";
import { lacking, rights } from "../questions.ts";
import { made, type Stack } from "../stack.ts";

/**
 * Nobody may grant what they do not have, whatever they may do with roles, unless they may escalate.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export const grants: Check = {
  name: "grants",
  asks: (stack) => rolesOf(stack).flatMap((role) => [escalation(role), ...rulesOf(role).map(partOf(role))]),
  finds: (stack, answers) => {
    const roles = rolesOf(stack);
    const problems = roles.flatMap((role) =>
      whenKnown(answers.to(escalation(role)), "whether this account may escalate", (found) => {
        if (found?.denied.length === 0) return [];
        const parts = rulesOf(role).map((rule) => answers.to(partOf(role)(rule)));
        const silent = parts.find((part) => "unknown" in part);
        if (silent !== undefined) return whenKnown(silent, "what this account may grant", () => []);
        const lacks = parts.flatMap((part) => ("known" in part ? part.known : []));
        if (lacks.length === 0) return [];
        return [
          fail(
            `this account may not grant what ${describe(role)} grants, for it may not itself: ${lacks.join(", ")}`,
            `have these allowed to it, too, or the verbs escalate and bind on ${found?.resource}`,
          ),
        ];
      }),
    );
    if (problems.length > 0 || roles.length === 0) return problems;
    return [ok(`this account may grant what the ${roles.length} roles of the stack grant`)];
  },
};

const rolesOf = (stack: Stack) => [...made(stack, "ClusterRole"), ...made(stack, "Role")];

const rulesOf = (role: KubernetesObject) => role.rules as V1PolicyRule[];

const escalation = ({ apiVersion, kind, metadata }: KubernetesObject) =>
  rights(apiVersion, kind, ["escalate", "bind"], metadata.namespace);

const partOf =
  ({ metadata }: KubernetesObject) =>
  (rule: V1PolicyRule) =>
    lacking(rule, metadata.namespace);
