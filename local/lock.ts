import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

const command = join(import.meta.dirname, "bin", "lock");
/** Exit codes of bin/lock: somebody else held the lock all the time; the folder was removed meanwhile. */
const conflict = 75;
const gone = 76;

export interface LockOptions {
  /** How long to wait for another holder; default 1200, a cold build. */
  waitSeconds?: number;
  /** Called once when the lock is not free at once. */
  onWait?: () => void;
}

/**
 * Runs `work` while holding the lock of a folder, which is made if missing. The kernel frees the lock when this process
 * ends, however it ends, so no stale lock can stay.
 *
 * @throws Error when the lock is not free in time
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const release = await acquire(folder, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Takes the lock of a folder; the function returned gives it back. See {@link withLock}. */
export async function acquire(folder: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const waitSeconds = options.waitSeconds ?? 1200;
  const deadline = Date.now() + waitSeconds * 1000;
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const secondsLeft = Math.max(1, Math.ceil((deadline - Date.now()) / 1000));
    const result = await hold(folder, secondsLeft, options.onWait);
    if (typeof result === "function") return result;
    if (result === conflict) {
      throw new Error(
        `${folder} is in use by another start or stop for more than ${waitSeconds} s: wait for its end, then try again`,
      );
    }
    if (result !== gone) throw new Error(`${folder} can't be locked: flock ended with ${result ?? "a signal"}`);
  }
}

/** Gives the function that ends the lock, or the exit code of what could not take it. */
async function hold(
  folder: string,
  seconds: number,
  onWait?: () => void,
): Promise<(() => Promise<void>) | number | undefined> {
  // Own session: Ctrl-C ends this program, which then gives the lock back itself.
  const holder = execa(command, [folder, String(seconds)], { detached: true, reject: false, buffer: false });
  const waiting = onWait && setTimeout(onWait, 1000);
  const locked = await new Promise<boolean>((resolve) => {
    holder.stdout.once("data", () => resolve(true));
    void holder.then(() => resolve(false));
  });
  clearTimeout(waiting);
  if (!locked) return (await holder).exitCode;
  return async () => {
    holder.stdin.end();
    await holder;
  };
}
