import { exec } from "../exec.ts";
import { heldReason, type StorePlace } from "./place.ts";

/**
 * Orders a member that start.sh holds to go on all the same.
 * @throws Error when it is not held.
 */
export async function override(place: StorePlace, member: string): Promise<void> {
  const reason = await heldReason(place, member);
  if (reason === undefined) throw new Error(`${member} is not held: there is nothing to override`);
  await exec(place.cluster, place.namespace, member, ["touch", "/run/session-store/override"]);
  place.report(`${member} goes on, although ${reason}`);
}
