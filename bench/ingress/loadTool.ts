/** wrk, Debian's load generator: how it is called, and what it prints. Pure. */

/** What is measured of one burst of requests. */
export interface Burst {
  /** Answers a second, over all connections. */
  perSecond: number;
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

/** Connections that are kept; each waits for its answer before it asks again. */
export const connections = 32;
/** Seconds of a burst. */
export const burstSeconds = 5;

const milliseconds: Record<string, number> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** @param script file of {@link cookieScript} */
export function loadCommand({ url, host }: Target, script: string): string[] {
  const load = ["-t", "1", "-c", String(connections), "-d", `${burstSeconds}s`, "--latency"];
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

/** @throws Error with what the tool printed when figures are missing, or when answers were not all good */
export function parseBurst(text: string): Burst {
  const perSecond = Number(/^Requests\/sec: +([\d.]+)$/m.exec(text)?.[1]);
  const [, p99, unit = ""] = /^ +99% +([\d.]+)(us|ms|s|m)$/m.exec(text) ?? [];
  const burst = { perSecond, p99Ms: Number(p99) * (milliseconds[unit] ?? NaN) };
  if (Number.isNaN(burst.perSecond) || Number.isNaN(burst.p99Ms)) throw new Error(`wrk printed no figures: ${text}`);
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(`not all requests were answered well: ${text}`);
  return burst;
}
