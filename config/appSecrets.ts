import type { Problem, Surroundings } from "./rules.ts";
import { schema, type Settings } from "./schema.ts";

/** Secrets of the application that stand in the stack's configuration, under top-level keys of the user's own. */

/** Where a variable is taken from a key of the configuration. */
interface Reference {
  path: (string | number)[];
  key: string;
}

/** The references in `app`, whether or not the rest of it is right. */
function references(app: unknown): Reference[] {
  const { secretEnv, initContainers, sidecars } = fieldsOf(app);
  const lists = Object.entries({ initContainers, sidecars });
  return [
    ...referencesIn(secretEnv, ["app", "secretEnv"]),
    ...lists.flatMap(([list, containers]) =>
      Object.values(fieldsOf(containers)).flatMap((container, index) =>
        referencesIn(fieldsOf(container).secretEnv, ["app", list, index, "secretEnv"]),
      ),
    ),
  ];
}

function referencesIn(secretEnv: unknown, path: (string | number)[]): Reference[] {
  return Object.entries(fieldsOf(secretEnv)).flatMap(([name, source]) => {
    const { config: key } = fieldsOf(source);
    return typeof key === "string" ? [{ path: [...path, name, "config"], key }] : [];
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

const isOwn = (key: string) => Object.hasOwn(schema.shape, key);

/** The keys that `app` takes secrets from, each once; none of them is a key of the schema. */
export function appSecretKeys(app: unknown): string[] {
  const keys = references(app).map(({ key }) => key);
  return [...new Set(keys)].filter((key) => !isOwn(key));
}

/** Every key that a variable is taken from is there, is the user's own and was set with --secret. */
export function appSecretRules({ app }: Settings, { isSet, isSecret }: Surroundings): Problem[] {
  return references(app).flatMap(({ path, key }) => {
    if (isOwn(key))
      return [{ path, message: `names ${key}, which is a key of session-stack; take another, such as app-${key}` }];
    if (!isSet(key))
      return [{ path, message: `names ${key}, which is not set; set it with: pulumi config set --secret ${key}` }];
    if (isSecret(key)) return [];
    const message = `is stored in plain text; set it again with: pulumi config set --secret ${key}`;
    return [{ path: [key], message }];
  });
}
