import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "../../../deploy/eventually.ts";
import { total, type Answer, type Findings, type Order, type Plan } from "./protocol.ts";

const script = fileURLToPath(new URL("loadProcess.ts", import.meta.url));
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Makes of a command line the one that runs it where the ingress is quick to reach. */
export type Enter = (command: string[]) => string[];

/** Visitors who are logged in and come again and again, in a process of their own: the test has other things to do. */
export class Load {
  readonly #enter: Enter;
  #process: ChildProcess | undefined;

  constructor(enter: Enter) {
    this.#enter = enter;
  }

  /** Starts it; returns when everybody is logged in. */
  async begin(plan: Plan): Promise<void> {
    const [file = "", ...rest] = this.#enter([process.execPath, "--import", "tsx", script]);
    this.#process = spawn(file, rest, { cwd: root, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    await this.#ask({ order: "begin", plan });
  }

  /** What was met since the last change. */
  look(): Promise<Findings> {
    return this.#ask({ order: "look" });
  }

  /**
   * Runs a change under the load and goes on until there were so many requests since it began.
   *
   * @param seconds for the rest of the requests, once the change is through
   * @throws Error when the load ended by itself, or the change failed
   */
  async during(change: () => Promise<unknown>, requests: number, seconds = 120): Promise<Findings> {
    await this.#ask({ order: "take" });
    await change();
    await until(`${requests} requests`, seconds, async () => {
      const findings = await this.look();
      if (findings.ended !== undefined) throw new Error(`the load ended by itself: ${findings.ended}`);
      return total(findings) >= requests;
    });
    return this.#ask({ order: "take" });
  }

  /** Lets everybody finish the request that is under way. */
  stop(): Promise<Findings> {
    return this.#ask({ order: "stop" });
  }

  /** Ends the process, whatever it does; none is fine. */
  async end(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** One question at a time: answers come in the order of the questions. */
  async #ask(order: Order): Promise<Findings> {
    const child = this.#process;
    if (child === undefined) throw new Error("the load was not started, or has been ended");
    const answer = await new Promise<Answer>((resolve, reject) => {
      const ended = () => reject(new Error(`the load's process ended when asked to ${order.order}`));
      child.once("exit", ended).once("error", reject);
      child.once("message", (message) => {
        child.off("exit", ended).off("error", reject);
        resolve(message as Answer);
      });
      child.send(order);
    });
    if ("failure" in answer) throw new Error(`the load could not ${order.order}: ${answer.failure}`);
    return answer.findings;
  }
}

/** A line that tells what was met. */
export function summary({ requests, reused, failed, lost, slowestMs, pods }: Findings): string {
  return (
    `${requests.new + requests.kept} requests (${requests.new} on new connections, ${requests.kept} on kept ones, ` +
    `${reused} on one used before) by ${pods.length} pods: ${failed} failed, ${lost} sessions lost; ` +
    `slowest answer ${slowestMs} ms`
  );
}
