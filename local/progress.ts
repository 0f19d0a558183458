import { PRESET_TIMER } from "listr2";

/** Options of every task list of the node: elapsed times; plain lines where there is no terminal. */
export const listrOptions = {
  fallbackRenderer: "simple",
  rendererOptions: { timer: PRESET_TIMER, collapseSubtasks: false },
  fallbackRendererOptions: { timer: PRESET_TIMER },
} as const;

/** Takes the newest line about long work. */
export type Report = (line: string) => void;

/** On a terminal a line replaces the one before; elsewhere each one stays, so there are few. */
const intervalMilliseconds = process.stdout.isTTY ? 500 : 30_000;

/** Shows what a task is at, with the seconds since its start, but not more often than is of use. */
export function reporter(task: { output: string }): Report {
  const started = Date.now();
  let shown = 0;
  return (line) => {
    const now = Date.now();
    if (now - shown < intervalMilliseconds) return;
    shown = now;
    task.output = `${Math.round((now - started) / 1000)} s: ${line}`;
  };
}
