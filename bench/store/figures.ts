import { compare, type Result } from "../result.ts";
import { median } from "../series.ts";
import type { Burst } from "./loadTool.ts";

/** What the ratio of the store to its peer shall be, as {@link compare} reads it. */
export interface Goals {
  perSecond: string | null;
  p99: string | null;
}

/**
 * Set before anything was measured with them, and left as they are when they are missed.
 * A note on each: why it can be asked for.
 */
export const goals = {
  /**
   * With `always` an answer waits for the share's sync, which was 2.1 to 2.3 times that of the disk behind it when both
   * were measured alone (p99: 2.4 times). The store shall add nothing to that.
   */
  always: { perSecond: "≥ 0.4", p99: "≤ 2.5" },
  /** With `everysec` no client waits for a sync, so that the share should cost little more than its disk. */
  everysec: { perSecond: "≥ 0.8", p99: "≤ 1.25" },
  /** The server encrypts in the one thread that answers: as much work again as a small write is. */
  tls: { perSecond: "≥ 0.5", p99: "≤ 2" },
  /** Checking, sending and loading cost the same on both; only reading the archive and writing the copy differ. */
  restore: "≤ 1.5",
} satisfies Record<string, Goals | string>;

/**
 * SET/s and p99 of two that were measured in turn: the medians of their bursts.
 * @param subject what was measured, such as "always, 2 replicas"
 */
export function figures(subject: string, own: Burst[], peer: string, peers: Burst[], goal: Goals): Result[] {
  const perSecond = (bursts: Burst[]) => median(bursts.map((burst) => burst.perSecond));
  const p99 = (bursts: Burst[]) => median(bursts.map((burst) => burst.p99Ms));
  return [
    compare({
      metric: `SET/s, ${subject}`,
      value: perSecond(own),
      unit: "1/s",
      peer,
      peerValue: perSecond(peers),
      goal: goal.perSecond,
    }),
    compare({ metric: `p99, ${subject}`, value: p99(own), unit: "ms", peer, peerValue: p99(peers), goal: goal.p99 }),
  ];
}
