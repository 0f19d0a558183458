import { existsSync } from "node:fs";
import { isAlive, readRecords } from "./process.ts";
import { pathsOf } from "./settings.ts";
import type { Settings } from "./settings.ts";
import { allParts } from "./stages.ts";
import { readState } from "./state.ts";
import type { LocalCluster, NodeState } from "./state.ts";

/** What is found of a node, before anything is done to it. */
export interface Finding {
  /** `broken`: it was killed, is half-made or lost a process. */
  health: "absent" | "running" | "broken";
  state?: NodeState;
  /** Every process that belongs to a node and whether it runs. */
  processes: { name: string; pid?: number; alive: boolean }[];
}

/** Looks at the node of a folder without changing anything. */
export function inspect(settings: Settings): Finding {
  const paths = pathsOf(settings);
  const state = readState(paths.state);
  const records = new Map(readRecords(paths.processes).map((record) => [record.name, record]));
  const processes = allParts
    .flatMap((part) => part.processes)
    .map((name) => {
      const record = records.get(name);
      return { name, pid: record?.pid, alive: record !== undefined && isAlive(record) };
    });
  if (!state && !existsSync(paths.run)) return { health: "absent", processes };
  const isRunning = state?.phase === "running" && processes.every(({ alive }) => alive);
  return { health: isRunning ? "running" : "broken", state, processes };
}

/** The running node of a folder; undefined if none runs as it should. */
export function runningCluster(settings: Settings): LocalCluster | undefined {
  const { health, state } = inspect(settings);
  return health === "running" ? state?.cluster : undefined;
}

/**
 * Says why a running node is not this checkout's to touch: whose it is and how to stop it. Nothing is said about a node
 * whose checkout is gone.
 */
export function ownerProblem({ health, state }: Finding, settings: Settings): string | undefined {
  if (health !== "running" || !state || state.owner === settings.owner || !existsSync(state.owner)) return undefined;
  return (
    `the node in ${settings.directory} belongs to ${state.owner} and runs since ${state.since}: stop it with "npm run stop" ` +
    "there, or set SESSION_STACK_DIR, SESSION_STACK_PORT and SESSION_STACK_TLS_PORT to have another one"
  );
}

/** @throws Error with {@link ownerProblem} */
export function checkOwner(finding: Finding, settings: Settings): void {
  const problem = ownerProblem(finding, settings);
  if (problem !== undefined) throw new Error(problem);
}
