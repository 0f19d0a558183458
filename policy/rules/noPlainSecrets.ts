import type { V1ConfigMap } from "@kubernetes/client-node";
import { containersOf, groupKind } from "./pods.ts";
import type { KubernetesObject, Rule, Settings } from "./rule.ts";

const remedy = "keep it in a Secret and refer to that (app.secretEnv)";

export const noPlainSecrets: Rule = {
  name: "no-plain-secrets",
  description: "The store's URL and other credentials stand in Secrets alone: everybody who sees a pod sees the rest.",
  reads: "variables",
  scope: "object",
  check: (object, _all, settings) => [...inContainers(object, settings), ...inConfigMap(object, settings)],
};

function inContainers(object: KubernetesObject, { variables }: Settings): string[] {
  return containersOf(object).flatMap(({ name: container, env = [], command = [], args = [] }) => [
    ...env.flatMap(({ name, value = "" }) => {
      if (variables.includes(name) && isPlain(value)) {
        return [`variable ${name} of container ${container} is given in plain text; ${remedy}`];
      }
      return hasCredentials(value)
        ? [`variable ${name} of container ${container} is a URL with a password in it; ${remedy}`]
        : [];
    }),
    ...([...command, ...args].some(hasCredentials)
      ? [`the command line of container ${container} has a URL with a password in it; ${remedy}`]
      : []),
  ]);
}

/** Its keys may be variables (envFrom), its values files. */
function inConfigMap(object: KubernetesObject, { variables }: Settings): string[] {
  if (groupKind(object) !== "/ConfigMap") return [];
  const { data = {} } = object as Partial<V1ConfigMap>;
  return Object.entries(data).flatMap(([key, value]) => {
    if (variables.includes(key) && isPlain(value)) return [`${key} is given in plain text; ${remedy}`];
    return hasCredentials(value) ? [`${key} has a URL with a password in it; ${remedy}`] : [];
  });
}

/** What is made of other variables gives nothing away by itself. */
function isPlain(value: string): boolean {
  return value !== "" && !/\$\(\w+\)/.test(value);
}

/** User and password of a URL. @see RFC 3986, 3.2.1 */
const userinfo = /[a-z][-+.a-z0-9]*:\/\/[^\s/?#:@]*:([^\s/?#@]+)@/gi;

/** A variable of Kubernetes, or of a shell. */
const reference = /^\$(\(\w+\)|\{[^}]+\}|[a-z_]\w*)$/i;

function hasCredentials(text: string): boolean {
  return [...text.matchAll(userinfo)].some(([, password = ""]) => !reference.test(password));
}
