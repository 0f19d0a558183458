import { setTimeout as delay } from "node:timers/promises";
import { Account, readAnswer } from "./account.ts";
import {
  connections,
  incidentsTold,
  nothing,
  type Answer,
  type Connection,
  type Findings,
  type Order,
  type Plan,
} from "./protocol.ts";
import { Visitor, type Reply } from "./visitor.ts";

// The process that makes the load: where it is quick to reach the ingress, beside the test that orders it about over
// the channel to its parent.

/** Pause after an incident, for one that came at once would come again at once. */
const retryMs = 100;

let findings = nothing();
let running: Promise<void>[] = [];
let stopped = false;
let made = 0;

process.on("message", (order: Order) => {
  obey(order).then(
    (told) => process.send?.({ findings: told } satisfies Answer),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit());

async function obey(order: Order): Promise<Findings> {
  const told = findings;
  switch (order.order) {
    case "begin":
      await begin(order.plan);
      return told;
    case "look":
      return told;
    case "take":
      findings = { ...nothing(), ended: told.ended };
      return told;
    case "stop":
      stopped = true;
      await Promise.all(running);
      return told;
  }
}

async function begin(plan: Plan): Promise<void> {
  const visitors = Array.from({ length: plan.visitors }, (_, number) => {
    const connection = connections[number % connections.length] ?? "new";
    const pinned = number % (2 * connections.length) < connections.length;
    return { name: `visitor-${number}`, connection, visitor: new Visitor(plan, connection, pinned) };
  });
  await Promise.all(visitors.map(({ name, visitor }) => visitor.login(name)));
  running = visitors.map((one) => visits(plan, one));
  setTimeout(() => end(`${plan.seconds} s are over`), plan.seconds * 1000).unref();
}

function end(why: string): void {
  if (!stopped) findings.ended = why;
  stopped = true;
}

interface Named {
  name: string;
  connection: Connection;
  visitor: Visitor;
}

/** One visit after the other. Who is logged out logs in again, so that the next loss is seen as well. */
async function visits(plan: Plan, { name, connection, visitor }: Named): Promise<void> {
  const account = new Account(name);
  const note = (kind: "failed" | "lost", what: string) => {
    findings[kind] += 1;
    const incident = { at: new Date().toISOString(), visitor: name, connection, what };
    if (findings.incidents.length < incidentsTold) findings.incidents.push(incident);
  };
  /** One request. Undefined when it failed, which is noted. */
  const ask = async (request: () => Promise<Reply>) => {
    findings.requests[connection] += 1;
    made += 1;
    if (made >= plan.requests) end(`${plan.requests} requests were made`);
    const began = performance.now();
    try {
      const { text, reused } = await request();
      findings.slowestMs = Math.max(findings.slowestMs, Math.round(performance.now() - began));
      if (reused) findings.reused += 1;
      const answer = readAnswer(text);
      if (!findings.pods.includes(answer.pod)) findings.pods.push(answer.pod);
      return answer;
    } catch (error) {
      note("failed", reasonOf(error));
      return undefined;
    }
  };
  let loggedIn = true;
  while (!stopped) {
    const began = performance.now();
    if (loggedIn) {
      const answer = await ask(() => visitor.visit());
      const lost = answer && account.judge(answer);
      if (lost !== undefined) note("lost", lost);
      loggedIn = answer?.loggedIn ?? true;
      if (answer === undefined) await delay(retryMs);
    } else {
      loggedIn = (await ask(() => visitor.login(name))) !== undefined;
      account.begin();
      await delay(retryMs);
    }
    await delay(Math.max(0, began + plan.intervalMs - performance.now()));
  }
  visitor.close();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${code} ${error.message}`;
}
