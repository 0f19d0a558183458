import type { Policies, PolicyConfigSchema, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { rules } from "./rules/all.ts";
import { defaults, violationsOf, type KubernetesObject, type Rule, type Settings } from "./rules/rule.ts";

/** A resource as the engine hands it over, before it is applied or after. */
interface Resource {
  type: string;
  urn: string;
  props: Record<string, unknown>;
}

/** The rules as the engine knows them. */
export const policies: Policies = rules.map((rule) => (rule.scope === "object" ? ofResource(rule) : ofStack(rule)));

/**
 * A value that is not known before it is applied makes the engine say that the rule could not be tried. It is, when the
 * value is known: by `pulumi up`, before the resource is made.
 */
function ofResource(rule: Rule): ResourceValidationPolicy {
  return {
    ...common(rule),
    validateResource: (resource, report) => {
      if (!isKubernetesObject(resource)) return;
      const objects = [objectOf(resource)];
      for (const { message } of violationsOf(rule, objects, stackOf(resource), resource.getConfig())) report(message);
    },
  };
}

function ofStack(rule: Rule): StackValidationPolicy {
  return {
    ...common(rule),
    validateStack: (stack, report) => {
      const { resources } = stack;
      const urns = new Map(
        resources.filter(isKubernetesObject).map((resource) => [objectOf(resource), resource.urn] as const),
      );
      const [first] = resources;
      if (first === undefined) return;
      for (const { object, message } of violationsOf(rule, [...urns.keys()], stackOf(first), stack.getConfig())) {
        report(message, urns.get(object));
      }
    },
  };
}

function common(rule: Rule) {
  const { name, description } = rule;
  return { name, description, enforcementLevel: "mandatory" as const, configSchema: schemaOf(rule) };
}

function schemaOf({ reads }: Rule): PolicyConfigSchema {
  const list = (key: keyof Settings) => ({
    [key]: { type: "array" as const, items: { type: "string" as const }, default: defaults[key] },
  });
  return { properties: { ...list("except"), ...(reads === undefined ? {} : list(reads)) } };
}

/** A `…Patch` changes an object that somebody else answers for, and says only what it changes. */
function isKubernetesObject({ type }: Pick<Resource, "type">): boolean {
  return type.startsWith("kubernetes:") && !type.endsWith("Patch");
}

function objectOf({ props }: Pick<Resource, "props">): KubernetesObject {
  return props as unknown as KubernetesObject;
}

/** `urn:pulumi:<stack>::<project>::…` */
function stackOf({ urn }: Pick<Resource, "urn">): string {
  return urn.slice("urn:pulumi:".length, urn.indexOf("::"));
}
