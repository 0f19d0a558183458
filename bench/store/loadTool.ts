/** The engine's own benchmark tool, which its image has: how it is called, and what it prints. Pure. */

/** What is measured of one burst of writes. */
export interface Burst {
  /** Acknowledged writes a second, over all clients. */
  perSecond: number;
  /** 99th percentile of the time from request to answer, in milliseconds. */
  p99Ms: number;
}

export interface Load {
  engine: "valkey" | "redis";
  host: string;
  port: number;
  /** File with the certificate of the authority to trust; null: without TLS. */
  caFile: string | null;
  /** Writes in all. */
  requests: number;
}

/** Connections, each of which waits for its answer before it writes again. */
export const clients = 20;
/** Bytes of a session: JSON of a user with a few fields. */
export const valueBytes = 512;
/** Seconds that a session lives, which a session library says with every write; longer than the benchmark. */
export const ttlSeconds = 86_400;
/** Different sessions that are written, at random. */
const keys = 100_000;

/**
 * The command that lets the clients write sessions as fast as they are acknowledged. The tool takes a password by its
 * arguments alone, which every process list shows, so it gives one that is none: the user accepts any (side.ts).
 * @see https://valkey.io/topics/benchmark/
 */
export function loadCommand({ engine, host, port, caFile, requests }: Load): string[] {
  return [
    ...[`${engine}-benchmark`, "-h", host, "-p", String(port), "--user", "app", "-a", "any", "--csv"],
    ...(caFile === null ? [] : ["--tls", "--cacert", caFile]),
    ...["-c", String(clients), "-n", String(requests), "-r", String(keys)],
    ...["SET", "sess:__rand_int__", "s".repeat(valueBytes), "EX", String(ttlSeconds)],
  ];
}

/** @throws Error with what the tool printed when it is no table of one row */
export function parseBurst(csv: string): Burst {
  const rows = csv.trim().split("\n");
  const [titles = [], cells = []] = rows.map((row) => [...row.matchAll(/"([^"]*)"/g)].map(([, cell = ""]) => cell));
  const value = (title: string) => Number(cells[titles.indexOf(title)] ?? NaN);
  const burst = { perSecond: value("rps"), p99Ms: value("p99_latency_ms") };
  if (rows.length !== 2 || Number.isNaN(burst.perSecond) || Number.isNaN(burst.p99Ms)) {
    throw new Error(`the benchmark tool printed no table of one row with rps and p99_latency_ms: ${csv.trim()}`);
  }
  return burst;
}
