import { execInto } from "../exec.ts";
import { lines } from "./lines.ts";
import { inStep, replicaStates, type MemberState } from "./states.ts";
import { heldReason, presentMembers, primary, askMember, type StorePlace } from "./place.ts";

/** What a reseed would do. */
export interface ReseedPlan {
  /** Sessions of redis-0 that it would lose; 0 when it is held. */
  lost: number;
  /** Why redis-0 is held; undefined when it runs. */
  held: string | undefined;
  /** The replica whose data it would get. */
  source: MemberState;
}

/**
 * Looks what a reseed would do.
 * @throws Error when no replica has data.
 */
export async function planReseed(place: StorePlace): Promise<ReseedPlan> {
  const held = await heldReason(place, primary);
  const lost = held === undefined ? Number(await askMember(place, primary, "dbsize")) : 0;
  return { lost, held, source: chooseSource(await replicaStates(place)) };
}

/**
 * The replica that has most keys; among equals the one that has seen most of the primary's changes.
 * @throws Error when none has any.
 */
export function chooseSource(replicas: MemberState[]): MemberState {
  const [best] = replicas
    .filter(({ keys }) => keys > 0)
    .sort((a, b) => b.keys - a.keys || b.offset - a.offset || (a.member < b.member ? -1 : 1));
  if (best !== undefined) return best;
  const states = replicas.map(({ member, keys, problem }) => `${member} ${problem ?? `holds ${keys} keys`}`);
  throw new Error(`no replica has sessions to reseed redis-0 from: ${states.join("; ") || "there is none"}`);
}

/** Fills redis-0 with the replica's data, and lets all other replicas follow redis-0 again. */
export async function reseed(place: StorePlace, { source }: ReseedPlan): Promise<void> {
  const { cluster, namespace, report } = place;
  await execInto(cluster, namespace, primary, ["sh", "/etc/session-store/reseed.sh", source.member], lines(report));
  const problems: string[] = [];
  for (const member of await presentMembers(place)) {
    if (member === primary) continue;
    const adopt = ["sh", "/etc/session-store/adopt.sh"];
    const quietly = lines(() => undefined);
    await execInto(cluster, namespace, member, adopt, quietly).catch((error: unknown) => {
      problems.push(error instanceof Error ? error.message : String(error));
    });
  }
  if (problems.length > 0) throw new Error(`redis-0 has all sessions again, but: ${problems.join("; ")}`);
  await inStep(place);
  report("all members are in step");
}
