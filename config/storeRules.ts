import { maxmemoryBytes, parseBytes } from "./quantity.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** The rules that relate the store to other keys. */
export function storeRules(settings: Settings): Problem[] {
  return [storeHasRoom(settings), sessionsHaveAPlace(settings)].filter((problem) => problem !== undefined);
}

/** An AOF rewrite writes the whole data set anew beside the old files, while the old increment still grows. */
function storeHasRoom({ store }: Settings): Problem | undefined {
  if (store.kind !== "redis") return undefined;
  const needed = 3 * maxmemoryBytes(store.memory);
  if ((parseBytes(store.size) ?? 0) >= needed) return undefined;
  const minimum = `${Math.ceil(needed / 2 ** 20)}Mi`;
  return {
    path: ["store", "size"],
    message: `must be at least ${minimum}: three times maxmemory, which is 60 % of memory ${store.memory} (an AOF rewrite needs room)`,
  };
}

function sessionsHaveAPlace({ store, affinity }: Settings): Problem | undefined {
  if (store.kind !== "none" || affinity.kind !== "none") return undefined;
  return {
    path: ["store", "kind"],
    message:
      "none leaves the sessions to the pods, and then a visitor has to come back to the same pod: " +
      "set affinity.kind to cookie (with an ingress) or clientIP (without one), or use store.kind redis, memcached or external",
  };
}
