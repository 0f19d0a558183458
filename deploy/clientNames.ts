import type { KubernetesObject } from "../render/objects.ts";

/**
 * An object with its fields named as the client's models name them. The client sends what its models know and nothing
 * else: `from` of a NetworkPolicy's rule, which is `_from` there, would be lost, and the rule let in everybody. Of what a
 * stack has, this field alone is named otherwise.
 * @see https://github.com/kubernetes-client/javascript/blob/main/src/gen/models/V1NetworkPolicyIngressRule.ts
 */
export function clientNames(object: KubernetesObject): KubernetesObject {
  const rules = object.spec?.ingress as Record<string, unknown>[] | undefined;
  if (object.kind !== "NetworkPolicy" || rules === undefined) return object;
  const ingress = rules.map(({ from, ...rule }) => (from === undefined ? rule : { ...rule, _from: from }));
  return { ...object, spec: { ...object.spec, ingress } };
}
