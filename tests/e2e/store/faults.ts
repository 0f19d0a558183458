import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { eventually } from "../../../deploy/eventually.ts";
import { planReseed, reseed } from "../../../deploy/store/reseed.ts";
import { processesIn } from "../../../local/cgroups.ts";
import { killNfsServer, restartContainerd, startNfsServer } from "../../../local/faults.ts";
import { connect, currentSettings, down, up } from "../../../local/node.ts";
import { nodeName } from "../../../local/parts/kubelet.ts";
import { sendSignal, until } from "../../../local/process.ts";
import { deletePod, isReady, podGone, readPod } from "../proof/pods.ts";
import type { Load } from "./load.ts";
import type { Subject } from "./subject.ts";
import { emptyVolume } from "./volume.ts";

/** Does something bad to a store under load. Returns when it is done; the store need not be back by then. */
export type Fault = (subject: Subject, load: Load) => Promise<void>;

const primary = "redis-0";

/** How long the NFS server stays away. */
export const nfsOutageSeconds = 20;

export const killPrimary: Fault = async (subject) => {
  const { metadata } = await readPod(subject, primary);
  const servers = await serversOf(metadata?.uid ?? "");
  assert.equal(servers.length, 1, `${primary} has ${servers.length} servers`);
  for (const pid of servers) sendSignal(pid, "SIGKILL");
};

/** Processes of the store's server in a pod, which its control group tells. */
async function serversOf(uid: string): Promise<number[]> {
  const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const pids = await processesIn(currentSettings().name);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const isServer = /^(valkey|redis)-server$/m.test(await read(pid, "comm"));
      return isServer && (await read(pid, "cgroup")).includes(`pod${uid}/`);
    }),
  );
  return pids.filter((_, index) => found[index]);
}

export const deletePrimary: Fault = async (subject) => void (await deletePod(subject, primary));

export const forcePrimary: Fault = (subject) => force(subject, primary);

export const forceAll: Fault = async (subject) => {
  const members = await subject.members();
  assert.equal(members.length, 2);
  await Promise.all(members.map(({ metadata }) => force(subject, metadata?.name ?? "")));
};

/** As `kubectl delete pod --force --grace-period=0` does: the cluster forgets the pod, whatever still runs of it. */
async function force({ cluster, namespace }: Subject, name: string): Promise<void> {
  await cluster.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
}

export const loseNfsServer: Fault = async () => {
  await killNfsServer();
  await delay(nfsOutageSeconds * 1000); // the length of the outage is the fault
  await startNfsServer();
};

export const replaceContainerd: Fault = () => restartContainerd();

export const restartNode: Fault = async (subject, load) => {
  await down();
  await startNode(subject, load);
};

/** The loss of the machine, as far as it can be had on one that goes on: nothing of the node gets to say goodbye. */
export const killNode: Fault = async (subject, load) => {
  const { name } = currentSettings();
  const isEmpty = async () => {
    const pids = await processesIn(name);
    for (const pid of pids) sendSignal(pid, "SIGKILL");
    return pids.length === 0;
  };
  assert.ok(await until(isEmpty, 20), "the node's processes do not end");
  await startNode(subject, load);
};

/** A cluster without a memory: the stack is deployed on it anew and finds its directories by their names. */
async function startNode(subject: Subject, load: Load): Promise<void> {
  await load.abandon(); // Their network ended with the node.
  await up({ quiet: true });
  await subject.deploy();
  await load.write(await subject.target());
}

export const changeConfiguration: Fault = (subject) => subject.deploy({ "store.eviction": "volatile-ttl" });

/** To the next release that the node has an image of. */
export const upgradeEngine: Fault = async (subject) => {
  const before = await subject.version();
  await subject.deploy({ "store.image": connect()?.images[`${subject.engine}Next`] });
  assert.notEqual(await subject.version(), before);
};

export const changeReplicas: Fault = async (subject) => {
  await subject.deploy({ "store.replicas": 3 });
  assert.equal((await subject.members()).length, 4);
  await subject.deploy({ "store.replicas": 1 });
  await subject.settled();
};

/**
 * Empties the primary's volume while its server is away, sees the guard hold it and fills it from the replica. The pod is
 * kept from coming back too early by a node that takes none.
 */
export const emptyPrimary: Fault = async (subject) => {
  await setSchedulable(subject, false);
  try {
    await podGone(subject, primary, await deletePod(subject, primary));
    await emptyVolume(subject, 0);
  } finally {
    await setSchedulable(subject, true);
  }
  await held(subject, /: held: this volume is empty and redis-1 holds [1-9]\d* keys: run npm run store -- reseed$/m);
  const place = { cluster: subject.cluster, namespace: subject.namespace, report: () => undefined };
  await reseed(place, await planReseed(place));
};

/** Waits until the events of the primary's pod say why it is held; it must live and not be ready. */
async function held(subject: Subject, reason: RegExp): Promise<void> {
  const { cluster, namespace } = subject;
  const pod = await eventually("redis-0 to say that it is held", 60, async () => {
    const { metadata, status } = await readPod(subject, primary);
    const fieldSelector = `involvedObject.uid=${metadata?.uid}`;
    const { items: events } = await cluster.core.listNamespacedEvent({ namespace, fieldSelector });
    return events.some(({ message = "" }) => reason.test(message)) ? { metadata, status } : undefined;
  });
  assert.equal(isReady(pod), false);
  assert.equal(pod.status?.phase, "Running");
  assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 0);
}

async function setSchedulable({ cluster }: Subject, schedulable: boolean): Promise<void> {
  const body = { spec: { unschedulable: !schedulable } };
  await cluster.core.patchNode({ name: nodeName, body }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
}
