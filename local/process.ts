import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A process that was started and outlives this program. Its id alone would not do: ids are used again. */
export interface ProcessRecord {
  name: string;
  pid: number;
  /** Field 22 of /proc/PID/stat (proc(5)): the start time in clock ticks after boot. */
  startTime: string;
  command: string[];
}

export interface StartOptions {
  /** Folder of the records. */
  records: string;
  /** File for everything the process prints. */
  log: string;
  environment: Record<string, string>;
}

/** Starts a process in a session of its own and records it. */
export async function startProcess(name: string, command: string[], options: StartOptions): Promise<ProcessRecord> {
  const [file = "", ...rest] = command;
  const log = await open(options.log, "a", 0o600);
  try {
    const child = spawn(file, rest, {
      detached: true,
      cwd: "/",
      env: options.environment,
      stdio: ["ignore", log.fd, log.fd],
    });
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
    const pid = child.pid ?? 0;
    const record = { name, pid, startTime: startTimeOf(pid) ?? "gone", command };
    await mkdir(options.records, { recursive: true });
    await writeFile(join(options.records, `${name}.json`), JSON.stringify(record));
    return record;
  } finally {
    await log.close();
  }
}

/** All records of a folder. */
export function readRecords(folder: string): ProcessRecord[] {
  let files: string[] = [];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    // No folder: nothing was started.
  }
  return files.map((file) => readRecord(folder, basename(file, ".json"))).filter((record) => record !== undefined);
}

/** One record; undefined if there is none or it was cut off while being written. */
export function readRecord(folder: string, name: string): ProcessRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as ProcessRecord;
  } catch {
    return undefined;
  }
}

/** True while the very process that was recorded runs. */
export function isAlive(record: Pick<ProcessRecord, "pid" | "startTime">): boolean {
  return startTimeOf(record.pid) === record.startTime;
}

/** Start time of a process; undefined if there is none or it has ended and only waits for its parent. */
export function startTimeOf(pid: number): string | undefined {
  try {
    return parseStartTime(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Reads the start time out of /proc/PID/stat; undefined for a zombie. */
export function parseStartTime(stat: string): string | undefined {
  // The second field is the name in parentheses and may itself hold spaces and parentheses.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return state === "Z" || state === "X" ? undefined : fields[18];
}

/** Asks a process to end and kills it if it has not after `graceSeconds`. */
export async function stopProcess(record: ProcessRecord, graceSeconds: number): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isAlive(record)) return;
    sendSignal(record.pid, signal);
    if (await until(() => !isAlive(record), signal === "SIGTERM" ? graceSeconds : 10)) return;
  }
  throw new Error(`${record.name} (process ${record.pid}) is still there after SIGKILL: see /proc/${record.pid}/stack`);
}

/** Sends a signal; a process that is gone is no error. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Waits for a condition; false if it did not hold within the time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  seconds: number,
  intervalSeconds = 0.05,
): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= deadline) return false;
    await delay(intervalSeconds * 1000);
  }
}

/** The last lines of a log file, without empty ones. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}
