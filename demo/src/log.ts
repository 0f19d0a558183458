/** Fields of a log line: plain values only, never a URL with credentials, a cookie or a key. */
export type LogFields = Record<string, string | number | boolean>;

/** Writes one event. Tests pass one that collects. */
export type Log = (event: string, fields?: LogFields) => void;

/** One JSON object a line on standard output: `time` (ISO 8601), `event`, then the fields. */
export const logToStdout: Log = (event, fields = {}) => {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), event, ...fields })}\n`);
};

/** Why something failed, in one line. Node gives connection failures to several addresses an empty message and a code. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
