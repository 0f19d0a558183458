import assert from "node:assert/strict";
import { until } from "../../../deploy/eventually.ts";
import { Unavailable, type Session } from "./browser.ts";
import type { ProofContext } from "./context.ts";

/** Name of the visitor of the proof. */
export const visitorName = "jack";

/** One visit; the session must be there and must know of every visit before. */
export async function visit(context: ProofContext): Promise<Session> {
  const session = await context.visitor.session();
  assert.equal(session.loggedIn, true, "the visitor is logged out");
  assert.equal(session.name, visitorName);
  assert.equal(session.visits, context.visits + 1, "visits were lost");
  context.visits = session.visits;
  return session;
}

/** Visits again and again until `done` says so. Every single visit must succeed. Returns the last one. */
export function visitUntil(context: ProofContext, what: string, done: (session: Session) => boolean): Promise<Session> {
  return until(what, 120, async () => {
    const session = await visit(context);
    return done(session) && session;
  });
}

/** An outage as a visitor sees it. */
export interface Outage {
  /** Answers 503 in between. */
  refused: number;
  /** Milliseconds from the last good answer before to the first one after. */
  milliseconds: number;
}

/**
 * Visits through an outage until `over`. Visits may be refused meanwhile, never answered wrongly: the session stays,
 * and no visit that was answered is lost. One whose answer got lost may have been counted.
 */
export async function visitThrough(context: ProofContext, over: () => Promise<boolean>): Promise<Outage> {
  const outage: Outage = { refused: 0, milliseconds: 0 };
  let unanswered = 0;
  let lastGood = Date.now();
  await until("the visitor to be served again", 120, async () => {
    const session = await context.visitor.session().catch(unlessUnavailable);
    if (session === undefined) {
      outage.refused += 1;
      unanswered += 1;
      return false;
    }
    assert.equal(session.loggedIn, true, "the visitor is logged out");
    const extra = session.visits - context.visits - 1;
    assert.ok(extra >= 0 && extra <= unanswered, `visits went from ${context.visits} to ${session.visits}`);
    outage.milliseconds = Math.max(outage.milliseconds, Date.now() - lastGood);
    lastGood = Date.now();
    unanswered = 0;
    context.visits = session.visits;
    return over();
  });
  return outage;
}

function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof Unavailable)) throw error;
}
