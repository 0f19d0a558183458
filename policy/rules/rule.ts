/**
 * What a rule is. Nothing of Pulumi in this folder: the same rules look at what an engine is about to apply and at
 * rendered manifests.
 */

/** A Kubernetes object as it is applied. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** What a team can say of each rule. */
export interface Settings {
  /** Objects that the rule does not hold for, as messages name them: `Deployment shop/app`. */
  except: string[];
  /** Stacks of production, which a few rules hold for alone. */
  stacks: string[];
  /** Environment variables that hold a secret whatever their value looks like. */
  variables: string[];
}

export const defaults: Settings = {
  except: [],
  stacks: ["prod"],
  variables: ["SESSION_STORE", "SESSION_STORE_PASSWORD", "SESSION_SECRET"],
};

export interface Rule {
  /** By which a team sets its level; never renamed. */
  name: string;
  /** One sentence: what has to be, and why. */
  description: string;
  /** Which settings it reads beside `except`. */
  reads?: "stacks" | "variables";
  /** `object`: it looks at one alone. `stack`: at all of them, which an engine has together at the end. */
  scope: "object" | "stack";
  /**
   * What is wrong with an object, a clause each that says what to do. Never shows a value that may be secret.
   * @param all objects of the stack; the object alone for a rule of scope `object`
   */
  check: (object: KubernetesObject, all: KubernetesObject[], settings: Settings) => string[];
}

export interface Violation {
  object: KubernetesObject;
  /** Names the object and says what to do. */
  message: string;
}

/**
 * What breaks a rule.
 * @param stack name of the stack, without project and organisation
 */
export function violationsOf(
  rule: Rule,
  objects: KubernetesObject[],
  stack: string,
  given: Partial<Settings> = {},
): Violation[] {
  const settings = { ...defaults, ...given };
  if (rule.reads === "stacks" && !settings.stacks.includes(stack)) return [];
  return objects.flatMap((object) => {
    const clauses = rule.check(object, rule.scope === "stack" ? objects : [object], settings);
    // Only now: before an object is there, an engine may not know its namespace.
    if (clauses.length === 0 || settings.except.includes(nameOf(object))) return [];
    return clauses.map((clause) => ({ object, message: `${nameOf(object)}: ${clause}` }));
  });
}

/** `Kind namespace/name`. */
export function nameOf({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
