import { spawnSync } from "node:child_process";
import { measureGrowth } from "./app/growth.ts";
import { measureSessions } from "./app/sessions.ts";
import type { Extent, Report } from "./app/subject.ts";
import { measureUpdates } from "./app/updates.ts";
import { onLocalNode } from "./node.ts";
import type { Result } from "./result.ts";

// The application on the local node: what an update, a session and one stack more cost.

const whole: Extent = { updates: 7, bursts: 5, stacks: 20 };
const short: Extent = { updates: 1, bursts: 1, stacks: 3 };

export async function run(report: Report, isShort: boolean): Promise<Result[]> {
  if (spawnSync("wrk", ["-v"]).error !== undefined) throw new Error("there is no wrk on PATH: apt-get install wrk");
  const extent = isShort ? short : whole;
  return onLocalNode(async (environment) => [
    ...(await measureUpdates(environment, extent, report)),
    ...(await measureSessions(environment, extent, report)),
    ...(await measureGrowth(environment, extent, report)),
  ]);
}
