import { connect } from "../../deploy/cluster.ts";
import type { Environment } from "../../cli/environment.ts";
import { destroy } from "../../deploy/destroy.ts";
import { deployStack, renderFor, type StackOptions } from "../../deploy/stack.ts";
import { compare, type Result } from "../result.ts";
import { exponent, mean, running } from "./exponent.ts";
import { kubectl } from "./kubectl.ts";
import { smallStack, type Extent, type Report } from "./subject.ts";

/** Part of the stacks, at the beginning and at the end, whose times are compared. */
const quarter = 0.25;

/** One stack after the other, each in a namespace of its own and all of them running: time and objects in the cluster. */
export async function measureGrowth(environment: Environment, extent: Extent, report: Report): Promise<Result[]> {
  const stacks: StackOptions[] = [];
  for (let number = 1; number <= extent.stacks; number += 1) stacks.push(await smallStack(`${number}`, environment));
  const kinds = await listedKinds();
  try {
    report(`deploying ${extent.stacks} stacks beside each other`);
    const before = await countObjects(kinds);
    const [first, ...others] = stacks;
    if (first === undefined) throw new Error("growth needs stacks");
    const seconds = [await timeDeploy(first)];
    const ofOne = (await countObjects(kinds)) - before;
    for (const options of others) seconds.push(await timeDeploy(options));
    return figures(seconds, (await countObjects(kinds)) - before, ofOne);
  } finally {
    report("removing them");
    await removeAll(environment, stacks);
  }
}

function figures(seconds: number[], objects: number, ofOne: number): Result[] {
  const count = seconds.length;
  const few = Math.ceil(count * quarter);
  const totals = running(seconds).map((value, index) => ({ size: index + 1, value }));
  return [
    compare({
      metric: `k of time for n stacks ~ n^k, n from 1 to ${count}`,
      value: exponent(totals),
      unit: "",
      peer: "linear growth",
      peerValue: 1,
      goal: "≤ 1.1",
    }),
    compare({
      metric: `deployment of one stack more, mean of the last ${few} of ${count}`,
      value: mean(seconds.slice(-few)),
      unit: "s",
      peer: `mean of the first ${few}`,
      peerValue: mean(seconds.slice(0, few)),
      goal: "≤ 1.25",
    }),
    compare({
      metric: `objects of ${count} stacks in the cluster, with those that it makes itself`,
      value: objects,
      unit: "",
      peer: `${count} times those of one`,
      peerValue: count * ofOne,
      goal: "≤ 1",
    }),
  ];
}

async function timeDeploy(options: StackOptions): Promise<number> {
  const start = performance.now();
  await deployStack(options);
  return (performance.now() - start) / 1000;
}

/** All kinds that can be listed but those that come and go by themselves: events, measurements, leases of controllers. */
async function listedKinds(): Promise<string> {
  const names = (await kubectl("api-resources", "--verbs=list", "--output=name")).split("\n");
  return names.filter((name) => !/^(events|leases|componentstatuses)\b|\.metrics\.k8s\.io$/.test(name)).join(",");
}

async function countObjects(kinds: string): Promise<number> {
  const text = await kubectl("get", kinds, "--all-namespaces", "--output=name", "--ignore-not-found");
  return text.split("\n").filter((line) => line !== "").length;
}

/** All at once: most of the time of each is waiting for its namespace to go. */
async function removeAll({ options: { target } }: Environment, stacks: StackOptions[]): Promise<void> {
  const renderings = [];
  for (const options of stacks) renderings.push(await renderFor(options));
  const cluster = connect(target);
  const results = await Promise.allSettled(renderings.map(({ objects }) => destroy(cluster, objects)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
