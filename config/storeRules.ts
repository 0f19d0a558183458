import { maxmemoryBytes, parseBytes } from "./quantity.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** The rules that relate the store to other keys. */
export function storeRules(settings: Settings): Problem[] {
  return [storeHasRoom(settings), ...sessionsHaveAPlace(settings)].filter((problem) => problem !== undefined);
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

/** Sessions that the pods keep: visitors come back to a pod that keeps its name, and its claim where it has one. */
function sessionsHaveAPlace({ store, affinity, app }: Settings): Problem[] {
  if (store.kind !== "none") return [];
  const path = ["store", "kind"];
  const instead = "or use store.kind redis, memcached or external";
  const noWay = {
    path,
    message:
      "none leaves the sessions to the pods, and then a visitor has to come back to the same pod: " +
      `set affinity.kind to cookie (with an ingress) or clientIP (without one), ${instead}`,
  };
  const noName = {
    path,
    message: `none leaves the sessions to the pods, which then have to come back as the same: set app.workload to statefulset, ${instead}`,
  };
  return [...(affinity.kind === "none" ? [noWay] : []), ...(app.workload === "statefulset" ? [] : [noName])];
}
