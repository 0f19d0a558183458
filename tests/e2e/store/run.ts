import assert from "node:assert/strict";
import { explainPods } from "../../../deploy/explain.ts";
import type { Cell } from "./cells.ts";
import { Load } from "./load.ts";
import { monotonicMs, total, type Progress } from "./protocol.ts";
import type { Durability, Subject } from "./subject.ts";

/** What was measured of a cell. */
export interface Result {
  title: string;
  durability: Durability;
  acknowledged: number;
  lost: number;
  /** Some of the lost keys. */
  examples: string[];
  /** The longest time without an acknowledged write; 0 if there was none worth the name. */
  pauseSeconds: number;
  /** From the fault to the first acknowledged write after that pause; 0 if there was none, or writes went on. */
  backSeconds: number;
}

/** Acknowledged writes of each cell, at least. */
export const leastAcknowledged = 20_000;
/** Of these before the fault, so that there is something to lose. */
const before = 5_000;
/** And after the store is back, so that it is seen to work. */
const after = 2_000;
/** Seconds for the store to take writes again, after the fault is over. */
const deadline = 180;

/** Runs a cell: load, fault, load again, and a look at every acknowledged key. */
export async function measure(cell: Cell, subject: Subject, durability: Durability): Promise<Result> {
  const load = new Load();
  try {
    await subject.freshen();
    await load.write(await subject.target());
    await load.acknowledged(before, 60);
    const since = monotonicMs();
    await cell.fault(subject, load);
    await subject.settled();
    await load.acknowledged(total(await load.progress()) + after, deadline);
    await load.acknowledged(leastAcknowledged, deadline);
    const progress = await load.stop();
    const { checked, lost, examples } = await load.check();
    assert.equal(checked, total(progress), "not every acknowledged key was looked at");
    await load.clear();
    return {
      title: cell.title,
      durability,
      acknowledged: checked,
      lost,
      examples,
      ...interruption(cell, progress, since),
    };
  } catch (error) {
    const pods = await explainPods(subject.cluster, subject.namespace).catch((reason: unknown) => String(reason));
    throw new Error(`${(error as Error).message}\n${pods}`, { cause: error });
  } finally {
    await load.end();
  }
}

function interruption({ goesOn = false }: Cell, { pauses }: Progress, since: number) {
  const [longest] = pauses.filter(({ to }) => to > since).sort((a, b) => b.to - b.from - (a.to - a.from));
  if (longest === undefined) return { pauseSeconds: 0, backSeconds: 0 };
  return {
    pauseSeconds: (longest.to - longest.from) / 1000,
    backSeconds: goesOn ? 0 : (longest.to - since) / 1000,
  };
}
