import assert from "node:assert/strict";
import type { Overrides } from "../../render/stackFile.ts";
import { AppStack } from "./app/appStack.ts";
import { summary, type Load } from "./app/load.ts";
import { unnoticed, visitorsOf } from "./app/visitors.ts";
import { openEnvironment } from "./environment.ts";
import { withoutVolumes } from "./ownStack.ts";
import { isReady } from "./proof/pods.ts";

/** The shortest that the configuration allows. */
const deadlineSeconds = 10;
/** Rendering, applying, and what Kubernetes takes to find that the deadline is over. */
const slackSeconds = 15;

/** Enough visitors to notice an absence, and few enough to leave the machine to the pods. */
const pace = { visitors: 4, intervalMs: 100 };
const leastRequests = 200;

interface Failure {
  title: string;
  change: Overrides;
  /** What the error says of the new pods, or of the want of them. */
  reason: RegExp;
  /** Makes the cluster such that it fails; returns what takes that back. */
  prepare?: (app: AppStack) => Promise<() => Promise<unknown>>;
}

const failures: Failure[] = [
  {
    title: "an image that cannot be had",
    // A registry that answers at once, whatever names resolve to: that nobody is there.
    change: { "app.image": "127.0.0.1:1/demo:missing" },
    reason: /^pod app-\S+: (ErrImagePull|ImagePullBackOff): .*127\.0\.0\.1:1\/demo:missing/,
  },
  {
    title: "an application that ends at once, again and again",
    change: { "app.command": ["node", "-e", "process.exit(3)"] },
    reason: /^pod app-\S+: (CrashLoopBackOff|Error): ended with exit code 3( \(Error\))?, \d+ restarts$/,
  },
  {
    title: "an application that never becomes ready",
    change: { "app.health": { kind: "http", ready: "/nowhere" } },
    reason: /^pod app-\S+: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 404$/,
  },
  {
    title: "a Secret that is not there",
    change: { "app.secretEnv": { DEMO_TOKEN: { name: "missing", key: "token" } } },
    reason: /^pod app-\S+: CreateContainerConfigError: secret "missing" not found$/,
  },
  {
    title: "a quota that leaves no room for a pod more",
    change: { "app.env": { DEMO_COLOUR: "red" } },
    reason:
      /^FailedCreate: pods "app-\S+" is forbidden: exceeded quota: full, requested: pods=1, used: pods=\d+, limited: pods=\d+$/,
    prepare: fillQuota,
  },
  {
    title: "a node selector that no node has",
    change: { "app.scheduling": { nodeSelector: { "example.com/disk": "none-has-this" } } },
    reason: /^pod app-\S+: Unschedulable: 0\/\d+ nodes are available: .*didn't match Pod's node affinity\/selector/,
  },
];

describe("an update that fails", () => {
  let app: AppStack;
  let load: Load | undefined;

  before("a stack of its own, with visitors", async () => {
    const environment = await openEnvironment();
    app = await AppStack.create("app-failures", environment, {
      ...withoutVolumes(environment),
      "app.replicas": 2,
      "app.rollout": { deadlineSeconds },
    });
    await app.open();
    await app.settled(2);
    load = await visitorsOf(app.deployed, app.endpoint, 600, pace);
  });

  after("destroy it", async () => {
    await load?.end();
    if (app !== undefined) await app.destroy();
  });

  for (const { title, change, reason, prepare } of failures) {
    it(`because of ${title} says so in time, leaves the old pods serving, and is healed by the next good one`, async () => {
      assert.ok(load !== undefined);
      const before = await app.names();
      const update = async () => {
        const { message, seconds } = await failureOf(() => app.deploy(change));
        console.log(`      after ${seconds.toFixed(1)} s: ${message}`);
        const [, found = "", serving] = /^Deployment \S+ did not roll out: (.*); (.*)$/.exec(message) ?? [];
        assert.match(found, reason, message);
        assert.deepEqual(before, (await ready(app)).sort(), "an old pod went, or a new one serves");
        assert.equal(serving, "the old version still serves");
        assert.ok(seconds <= deadlineSeconds + slackSeconds, `it took ${seconds} s`);
      };
      const findings = await load.during(async () => {
        const undo = await prepare?.(app);
        try {
          await update();
        } finally {
          await app.deploy();
          await undo?.();
        }
        assert.deepEqual(await app.names(), before);
      }, leastRequests);
      console.log(`      ${summary(findings)}`);
      unnoticed(findings, leastRequests);
    });
  }
});

/** Names of the pods that could serve. */
async function ready(app: AppStack): Promise<string[]> {
  return (await app.running()).filter(isReady).map(({ metadata }) => metadata?.name ?? "");
}

/** The first line of the error, and how long it took. */
async function failureOf(update: () => Promise<unknown>): Promise<{ message: string; seconds: number }> {
  const began = Date.now();
  const error = await update().then(
    () => assert.fail("the update went through"),
    (reason: Error) => reason,
  );
  return { message: error.message.split("\n")[0] ?? "", seconds: (Date.now() - began) / 1000 };
}

/** Makes a quota that the pods which are there use up. */
async function fillQuota(app: AppStack): Promise<() => Promise<unknown>> {
  const { cluster, namespace } = app.pods;
  const name = "full";
  await app.settled(2); // What is still on its way out would leave room for another.
  const { items } = await cluster.core.listNamespacedPod({ namespace });
  const body = { metadata: { name }, spec: { hard: { pods: String(items.length) } } };
  await cluster.core.createNamespacedResourceQuota({ namespace, body });
  return () => cluster.core.deleteNamespacedResourceQuota({ name, namespace });
}
