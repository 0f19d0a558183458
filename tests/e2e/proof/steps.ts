import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import * as names from "../../../components/redis/names.ts";
import { eventually } from "../../../deploy/eventually.ts";
import { Browser } from "./browser.ts";
import type { ProofContext, ProofStep } from "./context.ts";
import { askStore, deletePod, podGone, readPod, readySuccessor, replacePod, resolveIn, settled } from "./pods.ts";
import { visit, visitorName, visitThrough, visitUntil } from "./visits.ts";

const primary = `${names.statefulSet}-0`;
const replica = `${names.statefulSet}-1`;

/** Requests that show whether a visitor is pinned. */
const pinnedRequests = 50;

/** The proof, in order: each step goes on where the one before stopped. */
export const proofSteps: ProofStep[] = [
  { title: "a login survives the loss of its pod, without one failed request", run: loseAppPod },
  { title: "a login survives the loss of the store's pod", run: loseStorePod },
  { title: "what is written to redis-0 outlives its pod and is on the replica", run: setNameJack },
  { title: "the claim has its directory on the NFS server, with the append-only file in it", run: lookIntoExport },
  { title: "redis-0 keeps its DNS name when its address changes", run: resolvePrimary },
  { title: "the affinity cookie pins a visitor to a pod; without it requests spread", run: pinAndSpread },
  { title: "a pinned visitor moves when the pod goes, and stays logged in", run: moveVisitor },
];

async function loseAppPod(context: ProofContext): Promise<void> {
  await context.visitor.login(visitorName);
  const { pod } = await visit(context);
  const before = context.visits;
  const uid = await deletePod(context, pod);
  const moved = await visitUntil(context, `another pod than ${pod} to answer`, (session) => session.pod !== pod);
  context.report(`${pod} deleted; ${moved.pod} went on; ${context.visits - before} visits, none failed`);
  await podGone(context, pod, uid);
  await visit(context);
}

async function loseStorePod(context: ProofContext): Promise<void> {
  await visit(context);
  const uid = await deletePod(context, primary);
  const back = async () => {
    const { metadata, status } = await readPod(context, primary);
    return metadata?.uid !== uid && status?.phase === "Running";
  };
  const outage = await visitThrough(context, async () => back().catch(() => false));
  const seconds = (outage.milliseconds / 1000).toFixed(1);
  context.report(`first answer ${seconds} s after the last one before; ${outage.refused} requests got 503 meanwhile`);
  await readySuccessor(context, primary, uid);
  await visit(context);
}

async function setNameJack(context: ProofContext): Promise<void> {
  assert.equal(await askStore(context, primary, "set", "name", "jack"), "OK");
  await replacePrimary(context);
  assert.equal(await askStore(context, primary, "get", "name"), "jack");
  if (await hasReplica(context)) {
    await eventually(
      "the replica to have the name",
      60,
      async () => (await askStore(context, replica, "get", "name")) === "jack",
    );
  }
  assert.equal(await askStore(context, primary, "del", "name"), "1");
}

/**
 * Replaces the primary and waits until the visitor is served again: a moment later than the pod is ready, for the
 * Service and the application's connection have to follow.
 */
async function replacePrimary(context: ProofContext): Promise<void> {
  await replacePod(context, primary);
  await visitThrough(context, () => Promise.resolve(true));
}

async function hasReplica({ cluster, namespace }: ProofContext): Promise<boolean> {
  const { spec } = await cluster.apps.readNamespacedStatefulSet({ name: names.statefulSet, namespace });
  return (spec?.replicas ?? 1) > 1;
}

async function lookIntoExport(context: ProofContext): Promise<void> {
  const { cluster, namespace, exportDirectory } = context;
  const claim = await cluster.core.readNamespacedPersistentVolumeClaim({ name: names.claim(0), namespace });
  const volume = await cluster.core.readPersistentVolume({ name: claim.spec?.volumeName ?? "" });
  if (volume.spec?.nfs === undefined) return context.report("the claim's volume is not on NFS: nothing to look into");
  const directory = basename(volume.spec.nfs.path);
  assert.equal(directory, await expectedDirectory(context, claim));
  if (exportDirectory === undefined) return context.report(`${volume.spec.nfs.server}:${volume.spec.nfs.path}`);
  const files = readdirSync(join(exportDirectory, directory, "appendonlydir"));
  assert.ok(
    files.some((file) => file.endsWith(".aof")),
    `no append-only file among ${files.join(", ")}`,
  );
  context.report(`${join(exportDirectory, directory)}: ${files.join(", ")}`);
}

/** What the provisioner calls the claim's directory, by the class that the claim names. */
async function expectedDirectory({ cluster }: ProofContext, claim: V1PersistentVolumeClaim): Promise<string> {
  const { metadata, spec } = claim;
  const { parameters } = await cluster.storage.readStorageClass({ name: spec?.storageClassName ?? "" });
  const pattern = parameters?.pathPattern ?? `\${.PVC.namespace}-\${.PVC.name}-${spec?.volumeName}`;
  return pattern.replace("${.PVC.namespace}", metadata?.namespace ?? "").replace("${.PVC.name}", metadata?.name ?? "");
}

async function resolvePrimary(context: ProofContext): Promise<void> {
  const name = `${primary}.${names.statefulSet}.${context.namespace}.svc.cluster.local`;
  const asker = (await hasReplica(context)) ? replica : primary;
  const address = async () => (await readPod(context, primary)).status?.podIP ?? "none";
  const before = await address();
  assert.deepEqual(await resolveIn(context, asker, name), [before]);
  await replacePrimary(context);
  const after = await address();
  await eventually(`${name} to be ${after}`, 60, async () => (await resolveIn(context, asker, name)).join() === after);
  context.report(`${name}: ${before}, then ${after}`);
}

async function pinAndSpread(context: ProofContext): Promise<void> {
  await settled(context, context.stack.outputs.app.name);
  const pinned = await podsMet(context.visitor);
  const strangers = new Set<string>();
  for (let count = 0; count < pinnedRequests; count += 1) strangers.add(await new Browser(context.endpoint).pod());
  if (context.stack.outputs.ingress?.affinity === "cookie") {
    assert.equal(pinned.size, 1, `the pinned visitor met ${[...pinned].join(", ")}`);
  }
  assert.ok(strangers.size > 1, `${pinnedRequests} visitors without a cookie all met ${[...strangers].join()}`);
  context.report(`${pinnedRequests} requests with the cookie met ${pinned.size} pod, without it ${strangers.size}`);
}

async function podsMet(browser: Browser): Promise<Set<string>> {
  const pods = new Set<string>();
  for (let count = 0; count < pinnedRequests; count += 1) pods.add(await browser.pod());
  return pods;
}

async function moveVisitor(context: ProofContext): Promise<void> {
  const { pod } = await visit(context);
  await deletePod(context, pod);
  await visitUntil(context, `another pod than ${pod} to answer`, (session) => session.pod !== pod);
  await settled(context, context.stack.outputs.app.name);
  if (context.stack.outputs.ingress?.affinity === "cookie") assert.equal((await podsMet(context.visitor)).size, 1);
}
