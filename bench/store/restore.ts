import { performance } from "node:perf_hooks";
import { askMember, primary } from "../../deploy/store/place.ts";
import { restore } from "../../deploy/store/restore.ts";
import { ttlSeconds, valueBytes } from "./loadTool.ts";
import type { Side } from "./side.ts";

/** Sessions in the archive. */
export const restoredKeys = 1_000_000;

/** Sessions that one script makes: the server does nothing else meanwhile. */
const batch = 50_000;

/**
 * Makes sessions whose values do not shrink when they are compressed, as an archive's are: each begins with a digest of
 * its own, and what follows repeats nothing within it.
 */
const script = `
local filling = {}
for i = 1, 12 do filling[i] = redis.sha1hex(i) end
local rest = table.concat(filling)
for i = ARGV[1], ARGV[2] do
  local value = string.sub(redis.sha1hex(i) .. rest, 1, ${valueBytes})
  redis.call('set', 'sess:' .. string.format('%d', i), value, 'ex', ${ttlSeconds})
end
return redis.call('dbsize')`;

/** Fills an empty store. */
export async function fill(side: Side): Promise<void> {
  for (let first = 1; first <= restoredKeys; first += batch) {
    const last = first + batch - 1;
    const answer = await askMember(side, primary, "eval", script, "0", String(first), String(last));
    if (answer !== String(last)) throw new Error(`filling ${side.namespace} gave ${answer}, not ${last} sessions`);
  }
}

/**
 * Restores the newest archive into the store, which is emptied before.
 * @returns seconds from the order to all members being ready with it
 */
export async function timeRestore(side: Side): Promise<number> {
  await side.empty();
  const start = performance.now();
  await restore(side, { newest: true });
  const seconds = (performance.now() - start) / 1000;
  const keys = await askMember(side, primary, "dbsize");
  if (keys !== String(restoredKeys)) throw new Error(`${side.namespace} has ${keys} sessions after the restore`);
  return seconds;
}
