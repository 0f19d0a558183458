import { exec } from "../exec.ts";
import { heldReason, type StorePlace } from "./place.ts";

/** What no order lifts: it ends by itself (volume.sh, start.sh). */
const waits = /^(another server holds the lock|the primary does not answer|there is no room|repairs its files)/;

/**
 * Orders a member that start.sh holds to go on all the same.
 * @throws Error when it is not held, or waits for something that no order can replace.
 */
export async function override(place: StorePlace, member: string): Promise<void> {
  const reason = await heldReason(place, member);
  if (reason === undefined) throw new Error(`${member} is not held: there is nothing to override`);
  if (waits.test(reason)) throw new Error(`${member} waits, and goes on by itself; no order lifts this: ${reason}`);
  await exec(place.cluster, place.namespace, member, ["touch", "/run/session-store/override"]);
  place.report(`${member} goes on, although ${reason}`);
}
