import * as faults from "./faults.ts";
import type { Fault } from "./faults.ts";

/** One fault of the kill matrix, and what is promised of it. */
export interface Cell {
  title: string;
  fault: Fault;
  /** Is part of the short form. */
  short?: boolean;
  /** Seconds from the fault to the first acknowledged write after it, at most. */
  backWithin?: number;
  /** True where writes go on all the while. */
  goesOn?: boolean;
  /**
   * What is known of durability `everysec`, which the long form tries, too: what is acknowledged is `kept`, or the last
   * moments may be lost and what was is `reported`. Default: not tried, as it would show nothing new.
   */
  everysec?: "kept" | "reported";
}

/** Goal of the loss of a process or of a pod, in seconds. */
const goal = 5;

export const cells: Cell[] = [
  {
    title: "server of redis-0 killed (kill -9)",
    fault: faults.killPrimary,
    short: true,
    backWithin: goal,
    everysec: "kept",
  },
  { title: "pod redis-0 deleted", fault: faults.deletePrimary, short: true, backWithin: goal, everysec: "kept" },
  {
    title: "pod redis-0 deleted by force (grace 0)",
    fault: faults.forcePrimary,
    backWithin: goal,
    everysec: "reported",
  },
  {
    title: "all pods of the store deleted by force at once",
    fault: faults.forceAll,
    short: true,
    everysec: "reported",
  },
  { title: "NFS server killed, away for 20 s", fault: faults.loseNfsServer, short: true, everysec: "reported" },
  { title: "containerd killed and started again", fault: faults.replaceContainerd, goesOn: true },
  { title: "configuration changed (rolls all pods)", fault: faults.changeConfiguration, short: true },
  { title: "volume of redis-0 emptied, reseeded from redis-1", fault: faults.emptyPrimary, short: true },
  { title: "replicas 1 → 3 → 1", fault: faults.changeReplicas, goesOn: true },
  { title: "node stopped and started, stack deployed anew", fault: faults.restartNode, everysec: "reported" },
  {
    title: "all processes of the node killed, started, stack deployed anew",
    fault: faults.killNode,
    everysec: "reported",
  },
];
