import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import got from "got";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type StackOptions } from "../../deploy/stack.ts";
import { namespaceCommand } from "../../local/faults.ts";
import { compare, type Result } from "../result.ts";
import { inTurn, median } from "../series.ts";
import { cookieScript, loadCommand, parseBurst, postScript, type Amount, type Burst } from "../wrk.ts";
import { stackWithoutStore, stackWithRedis, type Extent, type Report } from "./subject.ts";

/** Visitors who are logged in, and come in turn. */
const visitors = 50;
/** One request at a time: what it takes, without the wait for others. */
const alone: Amount = { connections: 1, seconds: 3 };
/** Short, for every login stays: all bursts together must not fill the demo's own memory, which takes 100,000 sessions. */
const crowd: Amount = { connections: 32, seconds: 1 };

/**
 * What the store costs a request. Two stacks with one pod of the demo, asked at the address of its Service in the node's
 * network: the default store on its claim, and no store, each session in the memory of the pod. A visit reads the
 * session and writes it; so does a login, which makes it.
 */
export async function measureSessions(environment: Environment, extent: Extent, report: Report): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), "session-stack-bench-"));
  const redis = await stackWithRedis("redis", environment);
  const memory = await stackWithoutStore("memory", environment);
  try {
    report("deploying the demo with a store and without");
    const sides = { redis: await open(redis, folder), memory: await open(memory, folder) };
    return [...(await latencies(sides, extent, report)), ...(await logins(sides, extent, report))];
  } finally {
    await rm(folder, { recursive: true });
    for (const options of [redis, memory]) await destroyStack(options);
  }
}

type Sides = Record<"redis" | "memory", Side>;

/** A deployed application and the scripts of those who ask it. */
interface Side {
  url: string;
  /** Asks as visitors who are logged in. */
  visits: string;
  /** Logs in as somebody new with each request. */
  logins: string;
}

async function open(options: StackOptions, folder: string): Promise<Side> {
  const { url } = (await deployStack(options)).outputs;
  if (url === null) throw new Error(`the Service of ${options.stack} has no address`);
  const cookies = await Promise.all(Array.from({ length: visitors }, () => logIn(url)));
  const write = async (name: string, script: string) => {
    const file = join(folder, `${options.stack}-${name}.lua`);
    await writeFile(file, script);
    return file;
  };
  return { url, visits: await write("visits", cookieScript(cookies)), logins: await write("logins", postScript(user)) };
}

const user = { name: "jill" };

/** Logs a visitor in, and returns the value of the Cookie header that they have then. */
async function logIn(url: string): Promise<string> {
  const post = () =>
    got.post(new URL("/api/login", url), { json: user, retry: { limit: 0 }, timeout: { request: 5000 } });
  const { headers } = await eventually("the first login", 30, post);
  return (headers["set-cookie"] ?? []).map((line) => line.slice(0, line.indexOf(";"))).join("; ");
}

/** Latency where nobody waits for another, of a page with a session beside the same without the store. */
async function latencies({ redis, memory }: Sides, { bursts }: Extent, report: Report): Promise<Result[]> {
  report(`measuring ${bursts} bursts of single requests with the store, without it, and without a session`);
  const [stored = [], kept = [], plain = []] = await inBursts(bursts, [
    () => burst(redis.url, "/api/session", redis.visits, alone),
    () => burst(memory.url, "/api/session", memory.visits, alone),
    () => burst(redis.url, "/api/pod", redis.visits, alone),
  ]);
  const figure = (percentile: "p50" | "p99", peer: string, peers: Burst[]) => {
    const middle = (all: Burst[]) => median(all.map((one) => one[`${percentile}Ms`]));
    return compare({
      metric: `${percentile} of a visit, session in the store, 1 connection`,
      value: middle(stored),
      unit: "ms",
      peer,
      peerValue: middle(peers),
      // What a commit to the disk takes is the disk's matter: npm run bench -- store.
      goal: null,
    });
  };
  return (["p50", "p99"] as const).flatMap((percentile) => [
    figure(percentile, "session in the pod's memory", kept),
    figure(percentile, "page without a session", plain),
  ]);
}

/** Sessions that are made in a second, beside visits of sessions that exist, and beside a pod that keeps them itself. */
async function logins({ redis, memory }: Sides, { bursts }: Extent, report: Report): Promise<Result[]> {
  report(`measuring ${bursts} bursts of logins with the store and without it, and of visits`);
  const [made = [], visited = [], kept = []] = await inBursts(bursts, [
    () => burst(redis.url, "/api/login", redis.logins, crowd),
    () => burst(redis.url, "/api/session", redis.visits, crowd),
    () => burst(memory.url, "/api/login", memory.logins, crowd),
  ]);
  const figure = (peer: string, peers: Burst[], goal: string | null) => {
    const middle = (all: Burst[]) => median(all.map(({ perSecond }) => perSecond));
    return compare({
      metric: `sessions made/s, ${crowd.connections} connections, 1 pod`,
      value: middle(made),
      unit: "1/s",
      peer,
      peerValue: middle(peers),
      goal,
    });
  };
  return [
    // A login asks the store as often as a visit does.
    figure("visits of sessions that exist", visited, "≥ 0.8"),
    figure("sessions made in the pod's memory", kept, null),
  ];
}

/** Bursts of each in turn. The first of each is not counted: it meets code that is not compiled yet. */
async function inBursts(count: number, subjects: (() => Promise<Burst>)[]): Promise<Burst[][]> {
  const measured = await inTurn(count + 1, subjects, (ask) => ask());
  return measured.map(([, ...counted]) => counted);
}

async function burst(url: string, path: string, script: string, amount: Amount): Promise<Burst> {
  const { href, host } = new URL(path, url);
  const [program = "", ...args] = namespaceCommand(loadCommand({ url: href, host }, amount, script));
  return parseBurst((await execa(program, args)).stdout);
}
