import {
  changeConfiguration,
  changeReplicas,
  deletePrimary,
  emptyPrimary,
  forceAll,
  forcePrimary,
  killNode,
  killPrimary,
  loseNfsServer,
  replaceContainerd,
  restartNode,
  upgradeEngine,
  type Fault,
} from "./faults.ts";

/** One fault of the kill matrix, and what is promised of it. */
export interface Cell {
  title: string;
  fault: Fault;
  /** Is part of the short form. */
  short?: boolean;
  /** True where writes go on all the while. */
  goesOn?: boolean;
  /**
   * What is known of durability `everysec`, which the long form tries, too: what is acknowledged is `kept`, or the last
   * moments may be lost and what was is `reported`. Default: not tried, as it would show nothing new.
   */
  everysec?: "kept" | "reported";
  /** Engine of the stack it is tried on; default valkey. */
  engine?: "redis";
}

const [short, kept, reported] = [{ short: true }, { everysec: "kept" }, { everysec: "reported" }] as const;

/** The kill matrix, in its order: the cells share one stack, and the upgrade can't be taken back. */
export const cells: Cell[] = [
  { title: "server of redis-0 killed (kill -9)", fault: killPrimary, ...kept, ...short },
  { title: "pod redis-0 deleted", fault: deletePrimary, ...kept, ...short },
  { title: "pod redis-0 deleted by force (grace 0)", fault: forcePrimary, ...kept },
  { title: "all pods deleted by force at once", fault: forceAll, ...kept, ...short },
  { title: "NFS server killed, away for 20 s", fault: loseNfsServer, ...kept, ...short },
  { title: "containerd restarted", fault: replaceContainerd, goesOn: true },
  { title: "configuration changed (rolls all pods)", fault: changeConfiguration, ...short },
  { title: "replicas 1 → 3 → 1", fault: changeReplicas, goesOn: true },
  { title: "volume of redis-0 emptied, reseeded from redis-1", fault: emptyPrimary, ...short },
  { title: "node stopped and started, stack deployed anew", fault: restartNode, ...reported },
  { title: "every process of the node killed, stack deployed anew", fault: killNode, ...reported },
  { title: "valkey upgraded to the next major version (rolls all pods)", fault: upgradeEngine },
  { title: "redis upgraded by a patch (rolls all pods)", fault: upgradeEngine, engine: "redis" },
];
