import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../../../deploy/eventually.ts";
import { beginning, total, type Answer, type Findings, type Order, type Progress } from "./protocol.ts";

const writer = fileURLToPath(new URL("writer.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Where the writers run and what they write to. */
export interface Target {
  /** Makes of a command line the one that runs it where the store can be reached. */
  enter: (command: string[]) => string[];
  /** URL of the store as it is reached from there, with the password. */
  url: string;
}

/**
 * Several clients that write sessions at a steady pace, each key again and again until it is acknowledged, in a process
 * of their own. What was acknowledged is known here as well, so that it outlives the network the writers are in.
 */
export class Load {
  readonly #run = Math.random().toString(36).slice(2);
  #process: ChildProcess | undefined;
  #progress = beginning();

  /** Starts the writers, or goes on where those before were abandoned. */
  async write({ enter, url }: Target): Promise<void> {
    const [file = "", ...rest] = enter([process.execPath, "--import", "tsx", writer]);
    // Not in the node's control group, which is what a node takes with it.
    this.#process = spawn(file, rest, { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await this.#ask({ order: "write", url, run: this.#run, progress: this.#progress });
  }

  /** Gives up the writers, whose network is gone; their last requests count as not acknowledged. */
  async abandon(): Promise<void> {
    await this.progress();
    await this.end();
  }

  /** Waits until so many writes in all have been acknowledged. */
  async acknowledged(count: number, seconds: number): Promise<void> {
    await until(`${count} acknowledged writes`, seconds, async () => total(await this.progress()) >= count);
  }

  async progress(): Promise<Progress> {
    return this.#progressOf({ order: "progress" });
  }

  /** Lets the writers finish and stop. */
  async stop(): Promise<Progress> {
    return this.#progressOf({ order: "stop" });
  }

  /** Reads everything acknowledged back; after {@link stop}. */
  async check(): Promise<Findings> {
    const answer = await this.#ask({ order: "check" });
    if ("findings" in answer) return answer.findings;
    throw unexpected(answer);
  }

  /** Removes what was written. */
  async clear(): Promise<void> {
    await this.#ask({ order: "clear" });
  }

  /** Ends the writers' process, whatever it does; none is fine. */
  async end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  async #progressOf(order: Order): Promise<Progress> {
    const answer = await this.#ask(order);
    if (!("progress" in answer)) throw unexpected(answer);
    return (this.#progress = answer.progress);
  }

  /** One question at a time: answers come in the order of the questions. */
  async #ask(order: Order): Promise<Answer> {
    const child = this.#process;
    if (child === undefined) throw new Error("the writers were not started, or have been ended");
    const answer = await new Promise<Answer>((resolve, reject) => {
      const ended = () => reject(new Error(`the writers ended when asked to ${order.order}`));
      child.once("exit", ended).once("error", reject);
      child.once("message", (message) => {
        child.off("exit", ended).off("error", reject);
        resolve(message as Answer);
      });
      child.send(order);
    });
    if ("failure" in answer) throw unexpected(answer);
    return answer;
  }
}

function unexpected(answer: Answer): Error {
  return new Error(`the writers answered ${JSON.stringify(answer)}`);
}
