import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";
import { alternatives } from "./fields.ts";

/** The rules about the variables of the application's container. */
export function variableRules(settings: Settings): Problem[] {
  const own = ownVariables(settings);
  const problem = sessionVariableIsItsOwn(settings, own);
  return [...(problem === undefined ? [] : [problem]), ...variablesAreFree(settings, own)];
}

/** Variables that are set here, beside the one for the store's URL. */
function ownVariables({ store }: Settings): string[] {
  const own = ["SESSION_SECRET", "POD_NAME"];
  return store.kind === "redis" && store.tls !== null ? [...own, "SESSION_STORE_CA"] : own;
}

function sessionVariableIsItsOwn({ app }: Settings, own: string[]): Problem | undefined {
  if (!own.includes(app.sessionEnv)) return undefined;
  return {
    path: ["app", "sessionEnv"],
    message: `must not be ${alternatives.format(own)}, which hold something else`,
  };
}

/** Without a store its variable is the user's. */
function variablesAreFree({ app, store }: Settings, own: string[]): Problem[] {
  const taken = new Set(store.kind === "none" ? own : [app.sessionEnv, ...own]);
  return Object.keys(app.env)
    .filter((name) => taken.has(name))
    .map((name) => ({ path: ["app", "env", name], message: "is set by session-stack; remove it" }));
}
