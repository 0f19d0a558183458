/** wrk, Debian's load generator: how it is called, and what it prints. Pure. */

/** What is measured of one burst of requests. */
export interface Burst {
  /** Answers a second, over all connections. */
  perSecond: number;
  /** Median of the time from request to answer, in milliseconds. */
  p50Ms: number;
  /** 99th percentile of the time from request to answer, in milliseconds. */
  p99Ms: number;
}

/** Where requests go. */
export interface Target {
  url: string;
  /** Value of the Host header: how an ingress controller tells applications apart. */
  host: string;
  /** Values of the Cookie header, taken in turn; at least one. */
  cookies: string[];
}

/** How much is asked for. */
export interface Amount {
  /** Connections that are kept; each waits for its answer before it asks again. */
  connections: number;
  seconds: number;
}

const milliseconds: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** @param script file of {@link cookieScript} or {@link postScript} */
export function loadCommand(
  { url, host }: Pick<Target, "url" | "host">,
  { connections, seconds }: Amount,
  script: string,
): string[] {
  const load = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency"];
  return ["wrk", ...load, "-s", script, "-H", `Host: ${host}`, url];
}

/** A script for wrk that sends the cookies in turn. @see https://github.com/wg/wrk/blob/master/SCRIPTING */
export function cookieScript(cookies: string[]): string {
  const list = cookies.map((cookie) => JSON.stringify(cookie)).join(", ");
  return [
    `local cookies, turn = { ${list} }, 0`,
    "function request()",
    "  turn = turn % #cookies + 1",
    "  wrk.headers.Cookie = cookies[turn]",
    "  return wrk.format()",
    "end",
    "",
  ].join("\n");
}

/** A script for wrk that posts the same JSON again and again. */
export function postScript(body: unknown): string {
  return [
    'wrk.method = "POST"',
    'wrk.headers["Content-Type"] = "application/json"',
    // A string of JSON, written as JSON once more, is a string of Lua.
    `wrk.body = ${JSON.stringify(JSON.stringify(body))}`,
    "",
  ].join("\n");
}

/** @throws Error with what the tool printed when figures are missing, or when answers were not all good */
export function parseBurst(text: string): Burst {
  const perSecond = Number(/^Requests\/sec: +([\d.]+)$/m.exec(text)?.[1]);
  const burst = { perSecond, p50Ms: percentile(50, text), p99Ms: percentile(99, text) };
  if (Object.values(burst).some(Number.isNaN)) throw new Error(`wrk printed no figures: ${text}`);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`not all requests were answered well: ${text}`);
  return burst;
}

function percentile(percent: number, text: string): number {
  const [, value, unit = ""] = new RegExp(`^ +${percent}% +([\\d.]+)(us|ms|s|m)$`, "m").exec(text) ?? [];
  return Number(value) * (milliseconds[unit] ?? NaN);
}
