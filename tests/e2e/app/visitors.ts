import assert from "node:assert/strict";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { nodeAddress } from "../ingress/nodeAddress.ts";
import { suite } from "../options.ts";
import type { Endpoint } from "../proof/browser.ts";
import { Load, summary, type Enter } from "./load.ts";
import { total, type Findings, type Plan } from "./protocol.ts";

/** Requests that each change is proved by, at least. */
export const leastRequests = 20_000;

/** What two processors can serve while they start pods: {@link summary} tells when answers become slow. */
const pace = { visitors: 24, intervalMs: 20 };

/**
 * Starts a load of visitors. On the local node they are in the network of the node: the way there from the machine is
 * not what is proved, and a process for each connection.
 *
 * @param seconds after which it ends by itself
 */
export async function visitorsOf(
  { cluster }: DeployedStack,
  endpoint: Endpoint,
  seconds: number,
  { visitors, intervalMs } = pace,
): Promise<Load> {
  const requests = seconds * visitors * Math.ceil(1000 / intervalMs);
  const plan: Plan = { ...endpoint, cookie: "sid", visitors, intervalMs, requests, seconds };
  let enter: Enter = (command) => command;
  if (suite.cluster === undefined) {
    const { namespaceCommand } = await import("../../../local/faults.ts");
    enter = namespaceCommand;
    plan.address = await nodeAddress(cluster);
    plan.port = new URL(endpoint.url).protocol === "https:" ? 443 : 80;
  }
  const load = new Load(enter);
  try {
    await load.begin(plan);
  } catch (error) {
    await load.end();
    throw error;
  }
  return load;
}

/** Nobody noticed: no request failed and no session was lost, of so many by both kinds of connection. */
export function unnoticed(findings: Findings, least = leastRequests): void {
  const { failed, lost, incidents, requests } = findings;
  assert.deepEqual({ failed, lost, incidents }, { failed: 0, lost: 0, incidents: [] }, summary(findings));
  assert.ok(total(findings) >= least, summary(findings));
  assert.ok(Math.min(requests.new, requests.kept) >= least / 4, summary(findings));
  // Of kept connections only the first request goes over one that was not used before; some were under way.
  assert.ok(Math.abs(findings.reused - requests.kept) <= Math.max(2, least / 100), summary(findings));
}
