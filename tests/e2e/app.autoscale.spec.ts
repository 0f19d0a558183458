import assert from "node:assert/strict";
import { eventually } from "../../deploy/eventually.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { AppStack } from "./app/appStack.ts";
import { summary, type Load } from "./app/load.ts";
import { ReplicaWatch } from "./app/replicaWatch.ts";
import { unnoticed, visitorsOf } from "./app/visitors.ts";
import { openEnvironment } from "./environment.ts";
import { withoutVolumes } from "./ownStack.ts";
import { suite } from "./options.ts";
import type { Browser } from "./proof/browser.ts";

const [min, max] = [2, 5];
/** Seconds for the autoscaler to follow: it looks every 15 s at what was measured up to 20 s before. */
const deadline = 150;

/** Two pods have to work for it, and five are busy: the visitors' pace is as fast as they answer. */
const crowd = { visitors: 16, intervalMs: 5 };
/** Too few to keep three pods. */
const few = { visitors: 2, intervalMs: 500 };

const sized: Overrides = { "app.resources": { requests: { cpu: "40m", memory: "64Mi" }, limits: { memory: "192Mi" } } };
const autoscaled: Overrides = {
  "app.replicas": undefined,
  "app.autoscale": { min, max, cpuPercent: 50, scaleDownSeconds: 10 },
};

describe("the application with an autoscaler", function () {
  this.timeout(300_000);
  let app: AppStack;
  let load: Load | undefined;
  let watch: ReplicaWatch | undefined;
  let visitor: Browser;
  let visits = 0;

  before("a stack of its own, first with a number of replicas", async function () {
    if (suite.cluster !== undefined) this.skip(); // What makes its pods busy is known of the local node's images alone.
    const environment = await openEnvironment();
    app = await AppStack.create("app-scale", environment, {
      ...withoutVolumes(environment),
      ...sized,
      "app.replicas": 3,
    });
    await app.open();
    visitor = app.browser();
    await visitor.login("jill");
  });

  beforeEach("watch", async () => (watch = await ReplicaWatch.begin(app.pods)));

  afterEach("nobody is without a session, and there were never too few pods", async () => {
    watch?.end();
    const session = await visitor.session();
    assert.deepEqual([session.loggedIn, session.name, session.visits], [true, "jill", (visits += 1)]);
    assert.ok((watch?.leastAvailable ?? 0) >= min, `${watch?.leastAvailable} pods could serve`);
  });

  after("destroy it", async () => {
    await load?.end();
    if (app !== undefined) await app.destroy();
  });

  it("takes the number of replicas over from the configuration", async () => {
    await app.deploy(autoscaled);
    assert.deepEqual(watch?.wanted, [3]);
    assert.deepEqual(await scaler(), { min, max });
  });

  it("gets as many pods as allowed under load", async () => {
    load = await visitorsOf(app.deployed, app.endpoint, 300, crowd);
    const findings = await load.during(() => grown(max), 1000);
    console.log(`      ${watch?.wanted.join(" → ")} replicas; ${summary(findings)}`);
    unnoticed(findings, 1000);
    assert.ok(Math.min(...(watch?.wanted ?? [])) >= min && Math.max(...(watch?.wanted ?? [])) === max);
  });

  it("keeps them when a configuration is deployed meanwhile, the same and another", async () => {
    assert.ok(load !== undefined);
    const findings = await load.during(async () => {
      await app.deploy(autoscaled);
      await app.deploy({ ...autoscaled, "app.env": { DEMO_COLOUR: "red" } });
    }, 1000);
    console.log(`      ${summary(findings)}`);
    unnoticed(findings, 1000);
    assert.deepEqual(watch?.wanted, [max]);
    assert.ok((watch?.leastAvailable ?? 0) >= max, `${watch?.leastAvailable} pods could serve`);
  });

  it("gets down to its least when the load is gone", async () => {
    await load?.end();
    load = await visitorsOf(app.deployed, app.endpoint, 300, few);
    const findings = await load.during(() => grown(min), 20);
    console.log(`      ${watch?.wanted.join(" → ")} replicas; ${summary(findings)}`);
    unnoticed(findings, 20);
    assert.deepEqual([watch?.wanted[0], Math.min(...(watch?.wanted ?? [])), watch?.wanted.at(-1)], [max, min, min]);
  });

  it("gives the number back to the configuration", async () => {
    await app.deploy({ "app.replicas": 4 });
    assert.equal((await app.names()).length, 4);
    assert.deepEqual(watch?.wanted, [min, 4]);
    assert.equal(await scaler(), undefined);
  });

  /** Waits until the autoscaler wants so many pods, and they are there. */
  async function grown(count: number): Promise<void> {
    await eventually(`the autoscaler to want ${count} pods`, deadline, () =>
      Promise.resolve(watch?.wanted.at(-1) === count),
    );
    await app.settled(count);
  }

  /** The limits of the autoscaler there is. */
  async function scaler(): Promise<{ min: number; max: number } | undefined> {
    const text = await app.kubectl(
      "get",
      "hpa",
      "--output=jsonpath={range .items[*]}{.spec.minReplicas} {.spec.maxReplicas}{end}",
    );
    const [least, most] = text.split(" ").map(Number);
    return least === undefined || most === undefined ? undefined : { min: least, max: most };
  }
});
