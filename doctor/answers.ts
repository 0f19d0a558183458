import { setTimeout } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import { apiMessage, type Cluster } from "../deploy/cluster.ts";
import { unknown, type Found } from "./finding.ts";

/** Something that is asked of a cluster. It reads and never writes. */
export interface Question<T> {
  /** The same for the same question, which is asked once. */
  key: string;
  ask: (cluster: Cluster) => Promise<T>;
}

/** An answer, or why there is none: the account may not ask, or nothing came in time. */
export type Answer<T> = { known: T } | { unknown: string; /** HTTP status, where one came. */ code?: number };

/** The answers of one cluster to all questions. */
export class Answers {
  readonly #answers: ReadonlyMap<string, Answer<unknown>>;

  private constructor(answers: ReadonlyMap<string, Answer<unknown>>) {
    this.#answers = answers;
  }

  /**
   * Asks everything at the same time. Never fails: what cannot be had is unknown.
   * @param seconds for each answer
   */
  static async gather(cluster: Cluster, questions: Question<unknown>[], seconds: number): Promise<Answers> {
    const once = new Map(questions.map((question) => [question.key, question] as const));
    const asked = [...once].map(async ([key, question]) => [key, await ask(cluster, question, seconds)] as const);
    return new Answers(new Map(await Promise.all(asked)));
  }

  /** @throws Error for a question that was not asked. */
  to<T>({ key }: Question<T>): Answer<T> {
    const answer = this.#answers.get(key);
    if (answer === undefined) throw new Error(`nobody asked: ${key}`);
    return answer as Answer<T>;
  }
}

/** Asks one question; see {@link Answers.gather}. */
export async function ask<T>(cluster: Cluster, question: Question<T>, seconds: number): Promise<Answer<T>> {
  const answered = new AbortController();
  const late = setTimeout(seconds * 1000, undefined, { signal: answered.signal }).then(() => {
    throw new Error(`no answer within ${seconds} s`);
  });
  try {
    return { known: await Promise.race([question.ask(cluster), late]) };
  } catch (error) {
    return { unknown: apiMessage(error), ...(error instanceof ApiException ? { code: error.code } : {}) };
  } finally {
    late.catch(() => undefined); // Its end is no error any more.
    answered.abort();
  }
}

/** What a check makes of an answer: that it cannot be known, or what it finds. */
export function whenKnown<T>(answer: Answer<T>, what: string, finds: (value: T) => Found[]): Found[] {
  if ("known" in answer) return finds(answer.known);
  return [unknown(`${what} cannot be read: ${answer.unknown}`, "have it looked at by an account that may read it")];
}
