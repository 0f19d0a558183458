import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withDeadline } from "../deadline.ts";
import { bounded, Health, oneAtATime } from "./health.ts";
import { sessionStore } from "./keyValue.ts";
import type { KeyValue } from "./keyValue.ts";
import type { StoreLink, StoreOptions } from "./link.ts";

const PURGE_INTERVAL_MS = 60_000;

interface Entry {
  value: string;
  /** Milliseconds since 1970. */
  expires: number;
}

/**
 * Sessions in files of one folder, as lasting as that: on the claim of a pod they are there again with its successor. For
 * one process: of two that write the same session at once, the later one wins.
 */
export function fileStore(options: StoreOptions): StoreLink {
  const { url, prefix, log, commandTimeoutMs = 2000, probeIntervalMs = 1000 } = options;
  const folder = fileURLToPath(url);
  const inTime = bounded(commandTimeoutMs);
  /** By a hash, for the key has the session's id in it, which errors would repeat. */
  const pathOf = (key: string) => join(folder, `${createHash("sha256").update(key).digest("hex")}.json`);

  const keyValue: KeyValue = {
    get: (key) =>
      inTime(async () => {
        const entry = await readEntry(pathOf(key));
        return entry === undefined || entry.expires <= Date.now() ? null : entry.value;
      }),
    set: (key, value, ttlSeconds) =>
      inTime(async () => {
        // Whole or not at all, and on the disk before the answer.
        const unfinished = join(folder, `${randomUUID()}.new`);
        const entry: Entry = { value, expires: Date.now() + ttlSeconds * 1000 };
        await writeFile(unfinished, JSON.stringify(entry), { mode: 0o600, flush: true });
        await rename(unfinished, pathOf(key));
      }),
    delete: (key) => inTime(() => rm(pathOf(key), { force: true })),
  };

  const health = new Health(log);
  const probe = oneAtATime(() =>
    withDeadline(mkdir(folder, { recursive: true }), commandTimeoutMs).then(() => health.up(), health.down),
  );
  const purge = oneAtATime(() => purgeEnded(folder).catch(health.down));
  const timers = [setInterval(probe, probeIntervalMs), setInterval(purge, PURGE_INTERVAL_MS)];
  probe();
  return {
    kind: "files",
    store: sessionStore(prefix, keyValue),
    get everUp() {
      return health.everUp;
    },
    close: () => timers.forEach(clearInterval),
  };
}

/** The session in a file; undefined where there is none. */
async function readEntry(path: string): Promise<Entry | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Entry;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function purgeEnded(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const entry = name.endsWith(".json") ? await readEntry(path) : undefined;
    if (entry !== undefined && entry.expires <= Date.now()) await rm(path, { force: true });
  }
}
