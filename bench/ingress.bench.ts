import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import got from "got";
import type { Environment } from "../cli/environment.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../deploy/stack.ts";
import { namespaceCommand } from "../local/faults.ts";
import type { Overrides } from "../render/stackFile.ts";
import { nodeAddress } from "../tests/e2e/ingress/nodeAddress.ts";
import { podsAreKnown } from "../tests/e2e/ingress/visitors.ts";
import { ownStack, withoutVolumes } from "../tests/e2e/ownStack.ts";
import { lookupAs } from "../tests/e2e/proof/browser.ts";
import { onLocalNode } from "./node.ts";
import { compare, type Measurement, type Result } from "./result.ts";
import { inTurn, median } from "./series.ts";
import { cookieScript, loadCommand, parseBurst, type Burst, type Target } from "./wrk.ts";

// The same application twice on the local node, with affinity and without, behind the same Traefik. Requests ask for the
// pod's name and touch no session, so that it is the way that is measured.

/** Times that each is measured; the median counts. */
const wholeRounds = 9;
const connections = 32;
const burstSeconds = 5;
/** Visitors who have a cookie, and so a pod. */
const pinned = 60;
/** Visitors who come for the first time. */
const newVisitors = 1000;
/** How many of them come at once. */
const atOnce = 20;
const replicas = 2;

type Report = (line: string) => void;

export async function run(report: Report, isShort: boolean): Promise<Result[]> {
  if (spawnSync("wrk", ["-v"]).error !== undefined) throw new Error("there is no wrk on PATH: apt-get install wrk");
  return onLocalNode(async (environment) => {
    const folder = await mkdtemp(join(tmpdir(), "session-stack-bench-"));
    const sides = { sticky: await side("sticky", environment), free: await side("free", environment) };
    try {
      return await measure(sides, folder, isShort ? 1 : wholeRounds, report);
    } finally {
      report("removing the stacks");
      await rm(folder, { recursive: true });
      for (const { options } of Object.values(sides)) await destroyStack(options);
    }
  });
}

interface Side {
  options: StackOptions;
  host: string;
}

async function side(name: "sticky" | "free", environment: Environment): Promise<Side> {
  const host = `bench-${name}.localhost`;
  const overrides: Overrides = {
    ...withoutVolumes(environment),
    "app.replicas": replicas,
    // Without a limit: it is not the application that is measured.
    "app.resources": { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    "ingress.hosts": [{ host }],
    "ingress.tls": { selfSigned: true },
    "ingress.redirect": false,
    affinity: { kind: name === "sticky" ? "cookie" : "none" },
  };
  return { host, options: await ownStack(`bench-${name}`, environment, overrides) };
}

async function measure(
  { sticky, free }: Record<"sticky" | "free", Side>,
  folder: string,
  rounds: number,
  report: Report,
) {
  report("deploying the application with affinity and without");
  const stack = await deployStack(sticky.options);
  await deployStack(free.options);
  const node = await nodeAddress(stack.cluster);
  const http = `http://${node}/api/pod`;
  for (const { host } of [sticky, free]) await podsAreKnown({ url: `http://${host}:80`, address: node }, replicas);

  report(`counting the pods of ${newVisitors} new visitors`);
  const spreads = [await spread(http, sticky.host), await spread(http, free.host)];
  const cookies = await cookiesOf(http, sticky.host);

  const subjects: Subject[] = [
    { name: "sticky", url: http, host: sticky.host, cookies },
    // The same requests: a browser has cookies in either case.
    { name: "free", url: http, host: free.host, cookies },
    { name: "tls", url: `https://${node}/api/pod`, host: sticky.host, cookies },
    { name: "direct", url: `http://${await podAddress(stack)}/api/pod`, host: sticky.host, cookies },
  ];
  report(`measuring ${rounds} bursts of ${burstSeconds} s of each of ${subjects.map(({ name }) => name).join(", ")}`);
  const [own = [], others = [], tls = [], direct = []] = await inTurn(rounds, subjects, (target) =>
    burst(target, folder),
  );
  return [
    ...figures("affinity by cookie", own, "the same without affinity", others, "≥ 0.97"),
    ...figures("TLS, affinity by cookie", tls, "the same without TLS", own, null),
    ...figures("through the ingress, affinity by cookie", own, "one pod asked directly, the limit", direct, null),
    compare({
      metric: `pods of ${newVisitors} new visitors, the fullest of ${replicas} to the mean`,
      value: spreads[0] ?? NaN,
      unit: "",
      peer: "the same without affinity",
      peerValue: spreads[1] ?? NaN,
      goal: null,
    }),
  ];
}

type Subject = Target & { name: string };

async function burst(target: Subject, folder: string): Promise<Burst> {
  const script = join(folder, `${target.name}.lua`);
  await writeFile(script, cookieScript(target.cookies));
  const [program = "", ...args] = namespaceCommand(loadCommand(target, { connections, seconds: burstSeconds }, script));
  return parseBurst((await execa(program, args)).stdout);
}

function figures(subject: string, own: Burst[], peer: string, peers: Burst[], goal: string | null): Result[] {
  const metric = `${subject}, ${connections} connections`;
  const rate: Measurement = {
    metric: `requests/s, ${metric}`,
    value: median(own.map(({ perSecond }) => perSecond)),
    unit: "1/s",
    peer,
    peerValue: median(peers.map(({ perSecond }) => perSecond)),
    goal,
  };
  const p99: Measurement = {
    metric: `p99, ${metric}`,
    value: median(own.map(({ p99Ms }) => p99Ms)),
    unit: "ms",
    peer,
    peerValue: median(peers.map(({ p99Ms }) => p99Ms)),
    goal: null,
  };
  return [compare(rate), compare(p99)];
}

/** One request of somebody who brings no cookie: the pod that answered, and the cookies that came with the answer. */
async function visit(url: string, host: string): Promise<{ pod: string; cookies: string }> {
  const { hostname } = new URL(url);
  const { body, headers } = await got<{ pod: string }>(url.replace(hostname, host), {
    dnsLookup: lookupAs(hostname),
    responseType: "json",
    retry: { limit: 0 },
  });
  const cookies = (headers["set-cookie"] ?? []).map((line) => line.slice(0, line.indexOf(";")));
  return { pod: body.pod, cookies: cookies.join("; ") };
}

/** How many visitors the fullest pod has, to the mean of all. */
async function spread(url: string, host: string): Promise<number> {
  const counts = new Map<string, number>();
  for (let done = 0; done < newVisitors; done += atOnce) {
    const visits = await Promise.all(Array.from({ length: atOnce }, () => visit(url, host)));
    for (const { pod } of visits) counts.set(pod, (counts.get(pod) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / (newVisitors / replicas);
}

async function cookiesOf(url: string, host: string): Promise<string[]> {
  const visits = await Promise.all(Array.from({ length: pinned }, () => visit(url, host)));
  return visits.map(({ cookies }) => cookies);
}

async function podAddress({ cluster, outputs: { namespace } }: DeployedStack): Promise<string> {
  const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: "app.kubernetes.io/name=app" });
  const [pod] = items;
  return `${pod?.status?.podIP}:${pod?.spec?.containers[0]?.ports?.[0]?.containerPort}`;
}
