import type { AppSettings } from "./app.ts";
import { containersOf } from "./containerRules.ts";
import { alternatives } from "./fields.ts";
import { fitsIntoAConfigMap } from "./mountRules.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** Linux starts no program with a longer NAME=value. @see MAX_ARG_STRLEN in include/uapi/linux/binfmts.h */
const variableBytes = 2 ** 17 - 1;

/** The rules about the variables of the application's containers. */
export function variableRules(settings: Settings): Problem[] {
  const { app } = settings;
  const own = ownVariables(settings);
  return [
    ...sessionVariableIsItsOwn(settings, own),
    ...variablesAreFree(settings, own),
    ...eachIsSetOnce(app),
    ...eachCanBePassed(app),
    ...fitsIntoAConfigMap(["app", "env"], app.env),
  ];
}

/** Variables that are set here, beside those for the store. */
function ownVariables({ store }: Settings): string[] {
  const own = ["SESSION_SECRET", "POD_NAME"];
  return store.kind === "redis" && store.tls !== null ? [...own, "SESSION_STORE_CA"] : own;
}

/** What is appended to the name of the store's variable, for applications that take no URL. */
const derived = {
  redis: ["_HOST", "_PORT", "_USERNAME", "_PASSWORD"],
  memcached: ["_HOST", "_PORT"],
  external: [],
};

/** Without a store its variable is the user's. */
function storeVariables({ app: { sessionEnv }, store }: Settings): string[] {
  return store.kind === "none" ? [] : [sessionEnv, ...derived[store.kind].map((suffix) => sessionEnv + suffix)];
}

function sessionVariableIsItsOwn({ app }: Settings, own: string[]): Problem[] {
  if (!own.includes(app.sessionEnv)) return [];
  const message = `must not be ${alternatives.format(own)}, which hold something else`;
  return [{ path: ["app", "sessionEnv"], message }];
}

function variablesAreFree(settings: Settings, own: string[]): Problem[] {
  const taken = new Set([...storeVariables(settings), ...own]);
  return (["env", "secretEnv"] as const).flatMap((key) =>
    Object.keys(settings.app[key])
      .filter((name) => taken.has(name))
      .map((name) => ({ path: ["app", key, name], message: "is set by session-stack; remove it" })),
  );
}

function eachIsSetOnce(app: AppSettings): Problem[] {
  return containersOf(app).flatMap(({ path, env, secretEnv }) =>
    Object.keys(secretEnv)
      .filter((name) => Object.hasOwn(env, name))
      .map((name) => ({ path: [...path, "secretEnv", name], message: "is in env, too; remove one of the two" })),
  );
}

function eachCanBePassed(app: AppSettings): Problem[] {
  return containersOf(app).flatMap(({ path, env }) =>
    Object.entries(env)
      .filter(([name, value]) => Buffer.byteLength(`${name}=${value}`) > variableBytes)
      .map(([name]) => ({
        path: [...path, "env", name],
        message: `is longer than what Linux passes to a program: ${variableBytes} bytes with its name`,
      })),
  );
}
