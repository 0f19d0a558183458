import { hostname } from "node:os";
import { storeCaProblem, storeUrlProblem } from "./storeUrl.ts";

/** What the process was told by its environment; README.md has the table. */
export interface Config {
  /** `redis://`, `rediss://`, `memcached://`, `file://` or `memory:`, with percent-encoded credentials: a secret. */
  storeUrl: string;
  /** Path of the PEM file with the authorities trusted for `rediss://`; undefined for those that come with Node. */
  storeCaPath: string | undefined;
  /** Cookie signing keys, newest first: the first signs, all verify. Secrets. */
  secrets: string[];
  /** TCP port; 0 lets the system pick a free one. */
  port: number;
  /** Name shown as the one that answered. */
  podName: string;
  /** Seconds a session lives after its last visit. */
  ttlSeconds: number;
  cookieName: string;
  /** Put before the session id to make the store's key. */
  prefix: string;
  /** Seconds to serve on after SIGTERM, unready, while the news spreads. */
  lingerSeconds: number;
}

/** The environment is not usable; `problems` has one line each and no secret value. */
export class ConfigError extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

const MIN_KEY_LENGTH = 32;
/** Browsers cap a cookie's lifetime at 400 days (RFC 6265bis, section 5.5). */
const MAX_TTL_SECONDS = 400 * 24 * 60 * 60;

/**
 * Reads and checks the environment.
 * @throws ConfigError naming all problems at once
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const report = (problem: string | undefined): void => {
    if (problem !== undefined) problems.push(problem);
  };

  const storeUrl = (env.SESSION_STORE ?? "").trim();
  report(storeUrlProblem(storeUrl));
  const storeCaPath = env.SESSION_STORE_CA;
  report(storeCaProblem(storeCaPath, storeUrl));
  // A Secret made from a file often ends with a newline: not part of a key.
  const secrets = (env.SESSION_SECRET ?? "").split(",").map((key) => key.trim());
  secretProblems(secrets).forEach(report);

  const port = env.PORT ?? "8080";
  report(wholeNumberProblem("PORT", port, 0, 65535, " (0 picks a free port)"));
  const podName = env.POD_NAME ?? hostname();
  report(patternProblem("POD_NAME", podName, /^[\w.-]{1,253}$/, "1 to 253 letters, digits or _ . -"));
  const ttlSeconds = env.SESSION_TTL_SECONDS ?? "86400";
  report(wholeNumberProblem("SESSION_TTL_SECONDS", ttlSeconds, 1, MAX_TTL_SECONDS, " (400 days)"));
  const cookieName = env.SESSION_COOKIE ?? "sid";
  report(patternProblem("SESSION_COOKIE", cookieName, /^[\w.-]{1,64}$/, "1 to 64 letters, digits or _ . -"));
  const prefix = env.SESSION_PREFIX ?? "sess:";
  report(patternProblem("SESSION_PREFIX", prefix, /^[\w.:-]{1,64}$/, "1 to 64 letters, digits or _ . : -"));
  const linger = env.LINGER_SECONDS ?? "8";
  report(wholeNumberProblem("LINGER_SECONDS", linger, 0, 300, ""));

  if (problems.length > 0) throw new ConfigError(problems);
  return {
    storeUrl,
    storeCaPath,
    secrets,
    port: Number(port),
    podName,
    ttlSeconds: Number(ttlSeconds),
    cookieName,
    prefix,
    lingerSeconds: Number(linger),
  };
}

function secretProblems(keys: string[]): string[] {
  if (keys.every((key) => key === "")) {
    return [
      "SESSION_SECRET: is not set; give the cookie signing keys, newest first, separated by commas, " +
        `each of at least ${MIN_KEY_LENGTH} characters`,
    ];
  }
  return keys.flatMap((key, index) =>
    key.length >= MIN_KEY_LENGTH
      ? []
      : [
          `SESSION_SECRET: key ${index + 1} of ${keys.length} is shorter than ${MIN_KEY_LENGTH} characters; ` +
            "make one with: openssl rand -hex 32",
        ],
  );
}

function wholeNumberProblem(name: string, value: string, min: number, max: number, note: string): string | undefined {
  const valid = /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max;
  return valid ? undefined : `${name}: is ${JSON.stringify(value)}; give a whole number from ${min} to ${max}${note}`;
}

function patternProblem(name: string, value: string, allowed: RegExp, described: string): string | undefined {
  return allowed.test(value) ? undefined : `${name}: is ${JSON.stringify(value)}; give ${described}`;
}
