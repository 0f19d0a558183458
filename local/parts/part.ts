import type { Artifacts } from "../images/catalog.ts";
import type { LocalNode } from "../localNode.ts";
import { until } from "../process.ts";

/** One part of the node. Parts know nothing of each other but the addresses and files in the settings. */
export interface Part {
  /** Name in messages. */
  name: string;
  /** Names of its processes, which are those of its log files too. */
  processes: string[];
  /** How long it may take to get ready. */
  deadlineSeconds: number;
  start(node: LocalNode, artifacts: Artifacts): Promise<void>;
  /** True once others can rely on it; an error counts as "not yet". */
  ready(node: LocalNode): Promise<boolean>;
  /** Ends it; nothing to end is fine. */
  stop(node: LocalNode): Promise<void>;
}

/** A part that did not start, with the end of its log. */
export class PartError extends Error {}

/** Starts a part and waits until it is ready, it dies or its time is over. */
export async function bringUp(part: Part, node: LocalNode, artifacts: Artifacts): Promise<void> {
  let last = "";
  const isReady = async () => {
    // Any process: a part that waits for another would only say, much later, that it is not ready.
    const [dead] = node.dead();
    if (dead !== undefined) throw new PartError(`${dead} has ended; ${await node.tail(dead)}`);
    return part.ready(node).catch((error: unknown) => {
      last = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      return false;
    });
  };
  try {
    await part.start(node, artifacts);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new PartError(`${part.name} can't be started: ${text}`, { cause: error });
  }
  if (await until(isReady, part.deadlineSeconds, 0.1)) return;
  const tails = await Promise.all(part.processes.map((name) => node.tail(name)));
  const reason = last === "" ? "" : ` (${last})`;
  throw new PartError([`${part.name} is not ready after ${part.deadlineSeconds} s${reason}`, ...tails].join("; "));
}
