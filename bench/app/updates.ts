import type { Environment } from "../../cli/environment.ts";
import { connect, type Cluster } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type StackOptions } from "../../deploy/stack.ts";
import { compare, type Result } from "../result.ts";
import { inTurn, median } from "../series.ts";
import { BareStack } from "./kubectl.ts";
import { leavesAtOnce, smallStack, type Extent, type Report } from "./subject.ts";

const replicas = 3;
/** Of the first deployment: what the updates leave alone has to be up as well. */
const workloads = ["deployment/memcached", "deployment/app"];

/**
 * Rolling updates of the application: a variable of its changes, and all pods are replaced, one after the other. Two
 * stacks of one configuration: this project deploys the one, kubectl the other. What the former does beside it counts:
 * rendering, looking after Secrets, removing what is no longer wanted.
 */
export async function measureUpdates(environment: Environment, extent: Extent, report: Report): Promise<Result[]> {
  const cluster = connect(environment.options.target);
  const stack = (name: string) => smallStack(name, environment, { "app.replicas": replicas });
  const [own, other] = [await stack("deployed"), await stack("kubectl")];
  const bare = await BareStack.create();
  const namespace = namespaceOf(other);
  let round = 0;
  const subjects: Subject[] = [
    { options: own, prepare: (options) => Promise.resolve(() => deployStack(options)) },
    {
      options: other,
      prepare: async (options) => {
        const file = await bare.write(options);
        return () => bare.apply(file, namespace, ["deployment/app"]);
      },
    },
  ];
  try {
    report("deploying one stack by itself and one by kubectl");
    await deployStack(own);
    await bare.apply(await bare.write(other), namespace, workloads);
    report(`measuring ${extent.updates} rolling updates of each`);
    const [seconds = [], peers = []] = await inTurn(extent.updates, subjects, (subject) =>
      timeUpdate(cluster, subject, String((round += 1))),
    );
    return [
      compare({
        metric: `rolling update of ${replicas} pods`,
        value: median(seconds),
        unit: "s",
        peer: "the same manifests by kubectl apply and rollout status",
        peerValue: median(peers),
        goal: "≤ 1.1",
      }),
    ];
  } finally {
    await bare.remove();
    for (const options of [own, other]) await destroyStack(options);
  }
}

interface Subject {
  options: StackOptions;
  /** Does what is not measured, and returns what is. */
  prepare: (options: StackOptions) => Promise<() => Promise<unknown>>;
}

/** Seconds of one update. Its pods have all been replaced, and the old ones are gone, before this returns. */
async function timeUpdate(cluster: Cluster, { options, prepare }: Subject, round: string): Promise<number> {
  const before = await podsOf(cluster, options);
  const changed = { ...options, overrides: { ...options.overrides, "app.env": { ...leavesAtOnce, ROUND: round } } };
  const update = await prepare(changed);
  const start = performance.now();
  await update();
  const seconds = (performance.now() - start) / 1000;
  await eventually(`${replicas} new pods alone in ${namespaceOf(options)}`, 60, async () => {
    const after = await podsOf(cluster, options);
    return after.length === replicas && after.every((pod) => !before.includes(pod));
  });
  return seconds;
}

async function podsOf({ core }: Cluster, options: StackOptions): Promise<string[]> {
  const labelSelector = "app.kubernetes.io/name=app";
  const { items } = await core.listNamespacedPod({ namespace: namespaceOf(options), labelSelector });
  return items.map(({ metadata }) => metadata?.name ?? "");
}

function namespaceOf({ stack }: StackOptions): string {
  return `session-stack-${stack}`;
}
