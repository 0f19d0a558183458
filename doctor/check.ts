import type { Answers, Question } from "./answers.ts";
import type { Found } from "./finding.ts";
import type { Stack } from "./stack.ts";

/** One thing that a stack needs of a cluster. Pure: it says what to ask, and what the answers mean. */
export interface Check {
  /** First column of its rows. */
  name: string;
  /** Nothing for a stack that has no need of it. */
  asks: (stack: Stack) => Question<unknown>[];
  /** What it finds; nothing for a stack that has no need of it. */
  finds: (stack: Stack, answers: Answers) => Found[];
}
