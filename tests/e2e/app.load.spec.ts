import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { eventually, until } from "../../deploy/eventually.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { AppStack } from "./app/appStack.ts";
import { evictAll } from "./app/evict.ts";
import { summary, type Load } from "./app/load.ts";
import { leastRequests, unnoticed, visitorsOf } from "./app/visitors.ts";
import { suite } from "./options.ts";
import { isReady } from "./proof/pods.ts";

const replicas = 2;

describe("the application under load", function () {
  this.timeout(180_000);
  let app: AppStack;
  let load: Load | undefined;
  /** Another release of the application. */
  let next: Overrides;
  /** What tells the pods of one release from those of another. */
  let first: string, second: string;

  before("a stack of its own, with visitors", async () => {
    const environment = await openEnvironment();
    app = await AppStack.create("app-load", environment, { "app.replicas": replicas, "store.replicas": 0 });
    await app.open();
    await app.settled(replicas);
    next = await anotherRelease(app);
    load = await visitorsOf(app.deployed, app.endpoint, 600);
  });

  after("destroy it", async () => {
    await load?.end();
    if (app !== undefined) await app.destroy();
  });

  /** A change of the cluster that no visitor may notice. */
  const change = (title: string, run: () => Promise<unknown>) =>
    it(`serves every request and keeps every session through ${title}`, async () => {
      assert.ok(load !== undefined);
      const began = Date.now();
      const findings = await load.during(async () => {
        await run();
        await app.settled(replicas);
      }, leastRequests);
      console.log(`      ${((Date.now() - began) / 1000).toFixed(0)} s, ${summary(findings)}`);
      unnoticed(findings);
    });

  /** Runs what replaces every pod, and waits until others are ready in their place. */
  async function replacing(run: () => Promise<unknown>): Promise<void> {
    const before = await app.names();
    await run();
    await eventually("every pod to be replaced", 60, async () => {
      const pods = await app.running();
      const isNew = ({ metadata }: V1Pod) => !before.includes(metadata?.name ?? "");
      return pods.length === replicas && pods.every((pod) => isNew(pod) && isReady(pod));
    });
  }

  /** The one revision that all pods are of, as the Deployment names it. */
  async function revision(): Promise<string> {
    const [only, ...others] = new Set(
      (await app.running()).map(({ metadata }) => metadata?.labels?.["pod-template-hash"]),
    );
    assert.deepEqual(others, []);
    return only ?? "";
  }

  change("a rolling update", async () => {
    first = await revision();
    await replacing(() => app.deploy(next));
    second = await revision();
  });

  change("a rollback by the configuration before, and by kubectl until that is deployed again", async () => {
    await replacing(() => app.deploy());
    assert.equal(await revision(), first);
    await replacing(() => app.kubectl("rollout", "undo", "deployment/app"));
    assert.equal(await revision(), second);
    await replacing(() => app.deploy());
    assert.equal(await revision(), first);
  });

  change("2 → 6 → 2 replicas", async () => {
    await app.deploy({ "app.replicas": 6 });
    await until("all six pods to answer", 30, async () => (await load?.look())?.pods.length === 6);
    await app.deploy();
    assert.equal((await app.names()).length, replicas);
  });

  change("another configuration", () => replacing(() => app.deploy({ "app.env": { DEMO_COLOUR: "red" } })));

  change("evictions of every pod, as by kubectl drain", async () => {
    const names = await app.names();
    let refusals = 0;
    await replacing(async () => (refusals = await evictAll(app.pods, names)));
    assert.ok(refusals > 0, "the PodDisruptionBudget let two pods go at once");
  });
});

/** The same image by another name where one can be given, else another variable. */
async function anotherRelease(app: AppStack): Promise<Overrides> {
  if (suite.cluster !== undefined) return { "app.env": { DEMO_RELEASE: "next" } };
  const { nameImage } = await import("../../local/faults.ts");
  const [pod] = await app.running();
  const image = pod?.spec?.containers[0]?.image ?? "";
  await nameImage(image, `${image}-next`);
  return { "app.image": `${image}-next` };
}
