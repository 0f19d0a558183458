import { z } from "zod";
import { object, wholeNumber } from "./fields.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** Versions of a secret that is made here: all are accepted, the first is in use. */
const versions = () =>
  z
    .array(wholeNumber(1, 9999), "must be a list of version numbers, the one in use first")
    .min(1, "needs at least one version")
    .max(3, "must hold at most 3 versions: the one in use, and those on their way in or out")
    .refine((list) => new Set(list).size === list.length, "must not repeat a version")
    .default([1]);

export const rotation = object({
  password: versions().describe("of the passwords of store kind `redis`"),
  signingKeys: versions().describe("of the keys in `SESSION_SECRET`"),
});

/** Versions are refused where nothing is made that has any; the default says nothing and is always taken. */
export function rotationRules(settings: Settings): Problem[] {
  return [passwordsAreMadeHere(settings), keysAreMadeHere(settings)].filter((problem) => problem !== undefined);
}

const isDefault = (list: number[]) => list.length === 1 && list[0] === 1;

function passwordsAreMadeHere({ store, rotation }: Settings): Problem | undefined {
  if (store.kind === "redis" || isDefault(rotation.password)) return undefined;
  return {
    path: ["rotation", "password"],
    message: `is for the passwords of store.kind redis; remove it (store.kind is ${store.kind})`,
  };
}

/** Users rotate keys of their own in the place where they are. */
function keysAreMadeHere({ sessionSecret, sessionSecretRef, rotation }: Settings): Problem | undefined {
  if ((sessionSecret ?? sessionSecretRef) === undefined || isDefault(rotation.signingKeys)) return undefined;
  const given = sessionSecret === undefined ? "sessionSecretRef" : "sessionSecret";
  return {
    path: ["rotation", "signingKeys"],
    message: `is for keys that are made here; remove it and put the new key first in ${given}`,
  };
}
