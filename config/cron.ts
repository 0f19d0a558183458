import { z } from "zod";

/** The five fields of a schedule in the words of the CronJob controller. @see https://github.com/robfig/cron/blob/v3/spec.go */
const fields = [
  { name: "minute", min: 0, max: 59, words: [] },
  { name: "hour", min: 0, max: 23, words: [] },
  { name: "day of month", min: 1, max: 31, words: [] },
  {
    name: "month",
    min: 1,
    max: 12,
    words: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of week", min: 0, max: 6, words: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

type Field = (typeof fields)[number];

/** A schedule of five fields, as CronJobs take it, in UTC. */
export const cronSchedule = () =>
  z
    .string(shape)
    .superRefine((schedule, context) => {
      const parts = schedule.split(" ");
      if (parts.length !== fields.length) return context.addIssue(shape);
      for (const [index, field] of fields.entries()) {
        const part = parts[index] ?? "";
        if (!part.split(",").every((item) => isItem(item, field))) context.addIssue(wrong(part, field));
      }
    })
    .meta({ patternErrorMessage: shape });

const shape =
  'must be a schedule of five fields with one space between them (minute, hour, day, month, weekday), such as "30 3 * * *"';

function wrong(part: string, { name, min, max }: Field): string {
  return `must have a ${name} from ${min} to ${max}, as *, a number, a range a-b, a step /n or a list of these, not ${JSON.stringify(part)}`;
}

/** `*`, `5`, `1-5`, each with or without `/n`. */
function isItem(item: string, field: Field): boolean {
  const [, range = "", step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  if (step === "0" || Number(step ?? 1) < 1) return false;
  if (range === "*") return true;
  const [from, to, ...more] = range.split("-").map((word) => valueOf(word, field));
  if (from === undefined || more.length > 0) return false;
  return range.includes("-") ? to !== undefined && from <= to : true;
}

function valueOf(word: string, { min, max, words }: Field): number | undefined {
  const named = words.indexOf(word.toLowerCase());
  const value = named === -1 ? (/^\d{1,2}$/.test(word) ? Number(word) : NaN) : named + min;
  return value >= min && value <= max ? value : undefined;
}
