import { StoreError, withDeadline } from "../deadline.ts";
import { reasonOf } from "../log.ts";
import type { Log } from "../log.ts";

/** What is known of the store: `store.up` and `store.down` in the log, once for each change. */
export class Health {
  readonly #log: Log;
  #state: "starting" | "up" | "down" = "starting";
  #everUp = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** True once the store has answered, and from then on. */
  get everUp(): boolean {
    return this.#everUp;
  }

  /** A command was answered: a server that loads its data accepts connections and refuses commands. */
  up(): void {
    if (this.#state !== "up") this.#log("store.up");
    this.#state = "up";
    this.#everUp = true;
  }

  /** A probe or the connection failed. An arrow function, to be passed on as a listener. */
  readonly down = (error: unknown): void => {
    if (this.#state !== "down") this.#log("store.down", { reason: reasonOf(error) });
    this.#state = "down";
  };
}

/** Makes a function that starts `probe`, unless the one before still runs. */
export function oneAtATime(probe: () => Promise<void>): () => void {
  let probing = false;
  return () => {
    if (probing) return;
    probing = true;
    void probe().finally(() => (probing = false));
  };
}

/**
 * Bounds memory while the store is away: commands beyond it fail at once instead of after the time-out. Counted here, since
 * node-redis' own limit (commandsQueueMaxLength) also refuses the AUTH of a reconnection as long as requests keep coming.
 */
const MAX_WAITING_COMMANDS = 1000;

/** Carries out a command within the deadline. Fails with a StoreError. */
export type Bounded = <T>(command: () => Promise<T>) => Promise<T>;

/** Gives each command `timeoutMs` and lets at most 1000 of them wait. */
export function bounded(timeoutMs: number): Bounded {
  let waiting = 0;
  return async (command) => {
    if (waiting >= MAX_WAITING_COMMANDS) throw new StoreError(`${waiting} commands wait for the store already`);
    waiting += 1;
    try {
      return await withDeadline(command(), timeoutMs);
    } finally {
      waiting -= 1;
    }
  };
}
