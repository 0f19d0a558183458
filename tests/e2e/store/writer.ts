import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "redis";
import {
  beginning,
  clients as clientCount,
  keyOf,
  laneIntervalMs,
  monotonicMs,
  shortestPauseMs,
  ttlSeconds,
  valueOf,
  type Answer,
  type Findings,
  type Order,
} from "./protocol.ts";

// The process that writes: in the node's network, beside the test that orders it about over the channel to its parent.

type Client = ReturnType<typeof connect>;

/** Pause after an error that came at once, as LOADING does. */
const retryDelayMs = 20;
/** Keys that are asked for at the same time when all are read back. */
const batch = 500;
const examplesShown = 5;

const connected: Client[] = [];
let running: Promise<void>[] = [];
let stopped = false;
let run = "";
let progress = beginning();

process.on("message", (order: Order) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit());

async function obey(order: Order): Promise<Answer> {
  switch (order.order) {
    case "write":
      ({ run, progress } = order);
      for (let index = 0; index < clientCount; index += 1) connected.push(connect(order.url));
      running = progress.acknowledged.map((_, lane) => write(lane));
      return { progress };
    case "progress":
      return { progress };
    case "stop":
      stopped = true;
      await Promise.all(running);
      return { progress };
    case "check":
      return { findings: await check() };
    case "clear":
      await eachBatch((client, keys) => Promise.all(keys.map(({ key }) => client.del(key))));
      return { progress };
  }
}

/** Connects in the background and for ever, as demo/src/store.ts does. */
function connect(url: string) {
  const client = createClient({
    url,
    socket: {
      connectTimeout: 2000,
      // Lanes that wait for answers send nothing: a connection whose other end is gone without a word is idle, then.
      socketTimeout: 2000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 500) * (0.5 + Math.random() / 2),
    },
  });
  client.on("error", noteError);
  client.connect().catch(noteError);
  return client;
}

function clientOf(lane: number): Client {
  const client = connected[lane % clientCount];
  if (client === undefined) throw new Error("the writers were not told to connect");
  return client;
}

/** Writes one key after the other, each until it is acknowledged. */
async function write(lane: number): Promise<void> {
  const client = clientOf(lane);
  while (!stopped) {
    const number = progress.acknowledged[lane] ?? 0;
    const began = monotonicMs();
    if (await acknowledges(client, keyOf(lane, number), valueOf(run, lane, number))) {
      progress.acknowledged[lane] = number + 1;
      noteTime();
    } else {
      await delay(retryDelayMs);
    }
    await delay(Math.max(0, began + laneIntervalMs - monotonicMs()));
  }
}

async function acknowledges(client: Client, key: string, value: string): Promise<boolean> {
  try {
    return (await client.set(key, value, { expiration: { type: "EX", value: ttlSeconds } })) === "OK";
  } catch (error) {
    noteError(error);
    return false;
  }
}

function noteTime(): void {
  const now = monotonicMs();
  if (now - progress.last >= shortestPauseMs) progress.pauses.push({ from: progress.last, to: now });
  progress.last = now;
}

function noteError(error: unknown): void {
  const text = error instanceof Error && error.message !== "" ? error.message : String(error);
  progress.errors[text] = (progress.errors[text] ?? 0) + 1;
}

async function check(): Promise<Findings> {
  const findings: Findings = { checked: 0, lost: 0, examples: [] };
  await eachBatch(async (client, entries) => {
    const found = await Promise.all(entries.map(({ key }) => client.get(key)));
    const lost = entries.filter(({ value }, index) => found[index] !== value);
    findings.checked += entries.length;
    findings.lost += lost.length;
    findings.examples.push(...lost.map(({ key }) => key).slice(0, examplesShown - findings.examples.length));
  });
  return findings;
}

/** Goes over all acknowledged keys; what fails with the connection is tried again. */
async function eachBatch(
  act: (client: Client, entries: { key: string; value: string }[]) => Promise<unknown>,
): Promise<void> {
  for (const [lane, count] of progress.acknowledged.entries()) {
    for (let first = 0; first < count; first += batch) {
      const numbers = Array.from({ length: Math.min(batch, count - first) }, (_, index) => first + index);
      const entries = numbers.map((number) => ({ key: keyOf(lane, number), value: valueOf(run, lane, number) }));
      await persistently(() => act(clientOf(lane), entries));
    }
  }
}

async function persistently(act: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await act();
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(10 * retryDelayMs);
    }
  }
}
