/** What the load and the process that writes for it say to each other, and what is written. Pure. */

/** Time without one acknowledged write, on {@link monotonicMs}. */
export interface Pause {
  from: number;
  to: number;
}

/** How far the writers are. Lane by lane, the acknowledged keys are those with the numbers below `acknowledged[lane]`. */
export interface Progress {
  acknowledged: number[];
  /** Times without an acknowledged write of {@link shortestPauseMs} and more, oldest first. */
  pauses: Pause[];
  /** When the last write was acknowledged. */
  last: number;
  /** Errors that clients met, by text, and how often: writes that were tried again. */
  errors: Record<string, number>;
}

/** What was found of the acknowledged keys. */
export interface Findings {
  checked: number;
  lost: number;
  /** The first of the lost keys. */
  examples: string[];
}

/** What the writing process is asked; it answers each with {@link Answer}. */
export type Order =
  /** Connects and begins to write, after what was acknowledged before. */
  | { order: "write"; url: string; run: string; progress: Progress }
  | { order: "progress" }
  /** Ends once the writes that are under way are acknowledged. */
  | { order: "stop" }
  /** Reads every acknowledged key back and compares it; after stop. */
  | { order: "check" }
  /** Deletes every acknowledged key. */
  | { order: "clear" };

export type Answer = { progress: Progress } | { findings: Findings } | { failure: string };

/** Connections, as replicas of an application have. */
export const clients = 4;
/** Requests that a client has under way at the same time, each on keys of its own. */
const lanesPerClient = 8;
export const lanes = clients * lanesPerClient;

/** Least time from one write of a lane to its next: bounds the load at {@link lanes} times 100 a second. */
export const laneIntervalMs = 10;

/** Below this the machine's own scheduling is measured. */
export const shortestPauseMs = 100;

/** How long a written session lives, in seconds: longer than any run. */
export const ttlSeconds = 86_400;

export const keyOf = (lane: number, number: number) => `sess:w${lane}:${number}`;

/** As large as a small session; unlike that of any other run, so that what an earlier one left is no evidence. */
export function valueOf(run: string, lane: number, number: number): string {
  return JSON.stringify({ cookie: { originalMaxAge: ttlSeconds * 1000 }, run, lane, number, padding: "x".repeat(60) });
}

/** Milliseconds on the clock that all processes of a machine share and nobody sets. */
export const monotonicMs = () => Number(process.hrtime.bigint() / 1000n) / 1000;

export const beginning = (): Progress => ({
  acknowledged: Array.from({ length: lanes }, () => 0),
  pauses: [],
  last: monotonicMs(),
  errors: {},
});

export const total = ({ acknowledged }: Progress) => acknowledged.reduce((sum, count) => sum + count, 0);
