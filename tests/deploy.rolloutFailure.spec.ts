import assert from "node:assert/strict";
import type { KubernetesObject as ApiObject, V1DeploymentStatus } from "@kubernetes/client-node";
import { eventually } from "../deploy/eventually.ts";
import { waitForRollouts } from "../deploy/rollout.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, object } from "./fakeCluster.ts";
import { deployment, pod, ready, replicaSets, running, statefulSet, warning } from "./pods.ts";

const as = (kind: string, from: ApiObject): KubernetesObject =>
  ({ ...from, apiVersion: "v1", kind }) as KubernetesObject;
const app = (status: V1DeploymentStatus) => as("Deployment", deployment(status));
const sets = replicaSets.map((set) => as("ReplicaSet", set));
const wanted = object("Deployment", "app", "shop", { spec: {} });

const starting: V1DeploymentStatus = { replicas: 4, updatedReplicas: 1, availableReplicas: 3 };
const done: V1DeploymentStatus = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const verdict = {
  type: "Progressing",
  status: "False",
  reason: "ProgressDeadlineExceeded",
  message: 'ReplicaSet "app-new" has timed out progressing.',
};

const oldPod = as("Pod", pod("app-old-1", "old", ready));
const badImage = running({ waiting: { reason: "ImagePullBackOff", message: "no such image" } });
const newPod = as("Pod", pod("app-new-1", "new", badImage));
const homeless = as("Pod", pod("app-new-1", "new", { conditions: [{ type: "PodScheduled", status: "False" }] }));
const event = as("Event", warning("Pod", "app-new-1", "Unhealthy", "Readiness probe failed: 503"));

/** The first line of the error that a wait ends with, and how many milliseconds it took. */
async function failure(wait: Promise<void>): Promise<{ line: string; took: number }> {
  const start = Date.now();
  const error = await wait.then(
    () => assert.fail("it has not failed"),
    (reason: unknown) => reason as Error,
  );
  return { line: error.message.split("\n")[0] ?? "", took: Date.now() - start };
}

const failed = "Deployment shop/app did not roll out";

describe("a rollout that fails", () => {
  it("says what and why and who serves, then all pods' states, the last events and the ends of their logs", async () => {
    const { cluster } = new FakeCluster([app(starting), ...sets, oldPod, newPod, event]);
    await assert.rejects(waitForRollouts(cluster, [wanted], 0.05), {
      message: [
        `${failed}: pod app-new-1: ImagePullBackOff: no such image; the old version still serves`,
        "pods in shop:",
        "  app-old-1: undefined ()",
        "  app-new-1: Pending (app not ready, 0 restarts, ImagePullBackOff no such image)",
        "last events:",
        "  Warning app-new-1: Unhealthy: Readiness probe failed: 503",
        "log of app-old-1:",
        "  app-old-1 says",
        "  hello",
        "log of app-new-1:",
        "  app-new-1 says",
        "  hello",
      ].join("\n"),
    });
  });

  it("has no reason where there is none to be seen", async () => {
    const { cluster } = new FakeCluster([app(starting), ...sets]);
    const { line } = await failure(waitForRollouts(cluster, [wanted], 0.05));
    assert.equal(line, `${failed}: gave up waiting for progress after 0.05 s; nothing serves`);
  });

  it("has the cluster's reason where that does not answer", async () => {
    const { cluster } = new FakeCluster();
    cluster.apps.readNamespacedDeployment = () => Promise.reject(new Error("connect ECONNREFUSED"));
    await assert.rejects(waitForRollouts(cluster, [wanted], 0.05), {
      message: `${failed}: gave up waiting for progress after 0.05 s: connect ECONNREFUSED`,
    });
  });

  it("has Kubernetes' verdict where no pod knows more", async () => {
    const { cluster } = new FakeCluster([app({ ...starting, conditions: [verdict] }), ...sets]);
    const { line } = await failure(waitForRollouts(cluster, [wanted], 0.05));
    const reason = 'ProgressDeadlineExceeded: ReplicaSet "app-new" has timed out progressing.';
    assert.equal(line, `${failed}: ${reason}; nothing serves`);
  });

  it("is not over when Kubernetes has given it up, for what was in the way may have gone when it is deployed again", async () => {
    const fake = new FakeCluster([app(starting)]);
    const wait = waitForRollouts(fake.cluster, [wanted], 60);
    fake.objects.set("Deployment shop/app", app({ ...starting, conditions: [verdict] }));
    await eventually("some looks", 5, looks(fake, 3));
    fake.objects.set("Deployment shop/app", app(done));
    await wait;
  });

  it("fails early where waiting hardly helps", async () => {
    const { cluster } = new FakeCluster([app(starting), ...sets, oldPod, newPod]);
    const { line, took } = await failure(waitForRollouts(cluster, [wanted], 60, 0));
    assert.equal(line, `${failed}: pod app-new-1: ImagePullBackOff: no such image; the old version still serves`);
    assert.ok(took < 10_000, `${took} ms`);
  });

  for (const [title, pods, patience] of [
    ["has patience at first", [newPod], 30],
    ["waits for a pod that may still get a node", [homeless], 0],
    ["does not mind the old version's pods", [as("Pod", pod("app-old-2", "old", badImage))], 0],
  ] as const) {
    it(title, async () => {
      const fake = new FakeCluster([app(starting), ...sets, ...pods]);
      const wait = waitForRollouts(fake.cluster, [wanted], 60, patience);
      await eventually("some looks", 5, looks(fake, 3));
      fake.objects.set("Deployment shop/app", app(done));
      await wait;
    });
  }

  it("has as many seconds as its Deployment or its StatefulSet says", async () => {
    const fields = { spec: { progressDeadlineSeconds: 0.06 } };
    const { cluster } = new FakeCluster([app(starting), as("StatefulSet", statefulSet(3))]);
    const one = await failure(waitForRollouts(cluster, [object("Deployment", "app", "shop", fields)], 60));
    assert.equal(one.line, `${failed}: gave up waiting for progress after 0.06 s; nothing serves`);
    const annotations = { "session-stack/progress-deadline-seconds": "0.07" };
    const two = await failure(waitForRollouts(cluster, [object("StatefulSet", "app", "shop", { annotations })], 60));
    assert.equal(
      two.line,
      "StatefulSet shop/app did not roll out: gave up waiting for progress after 0.07 s; nothing serves",
    );
  });

  it("has them again after each progress, and not for a pod that comes and goes", async () => {
    const fake = new FakeCluster([app(starting)]);
    const steps: V1DeploymentStatus[] = [
      { ...starting, updatedReplicas: 2 },
      { ...starting, updatedReplicas: 3 },
    ];
    const flapping = [
      { ...starting, updatedReplicas: 3, availableReplicas: 2 },
      { ...starting, updatedReplicas: 3, availableReplicas: 3 },
    ];
    const wait = failure(waitForRollouts(fake.cluster, [wanted], 0.5));
    const start = Date.now();
    let at = 0;
    // Progress at 0.2 s and 0.4 s, after which there is none: the end is at about 0.9 s.
    const set = setInterval(() => {
      const status = steps[at] ?? flapping[at % 2] ?? starting;
      at += 1;
      fake.objects.set("Deployment shop/app", app(status));
    }, 200);
    const { line } = await wait.finally(() => clearInterval(set));
    assert.equal(line, `${failed}: gave up waiting for progress after 0.5 s; nothing serves`);
    const took = Date.now() - start;
    assert.ok(took >= 800 && took < 5000, `${took} ms`);
  });

  it("is not what was deployed if somebody else rolls out something, though that goes well", async () => {
    const fake = new FakeCluster([app(starting)]);
    const wait = failure(waitForRollouts(fake.cluster, [wanted], 60));
    await eventually("a look", 5, looks(fake, 1));
    const undone = app(done);
    undone.spec = { ...undone.spec, template: { metadata: {} } };
    fake.objects.set("Deployment shop/app", undone);
    assert.equal(
      (await wait).line,
      `${failed}: somebody else changed it meanwhile (kubectl rollout undo or restart?): deploy it again; nothing serves`,
    );
  });

  it("is not held up by a scaling of somebody else's", async () => {
    const fake = new FakeCluster([app(starting)]);
    const wait = waitForRollouts(fake.cluster, [wanted], 60);
    await eventually("a look", 5, looks(fake, 1));
    const scaled = app({ replicas: 5, updatedReplicas: 5, availableReplicas: 5 });
    scaled.spec = { ...scaled.spec, replicas: 5 };
    fake.objects.set("Deployment shop/app", scaled);
    await wait;
  });

  it("ends the waits for others", async () => {
    const other = object("Deployment", "other", "shop", { spec: {} });
    const fake = new FakeCluster([app(starting), { ...app(starting), ...other, spec: { replicas: 3, selector: {} } }]);
    const { line } = await failure(
      waitForRollouts(fake.cluster, [{ ...wanted, spec: { progressDeadlineSeconds: 0.2 } }, other], 60),
    );
    assert.equal(line, `${failed}: gave up waiting for progress after 0.2 s; nothing serves`);
    const { reads } = fake;
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.ok(fake.reads - reads <= 1, `${fake.reads - reads} looks after the end`);
  });
});

describe("a StatefulSet in order", () => {
  const set = object("StatefulSet", "app", "shop", {});
  const pods = [
    as("StatefulSet", statefulSet(3)),
    as("Pod", pod("app-0", "old", ready)),
    as("Pod", pod("app-1", "old", running({ running: {} }))),
    as("Pod", pod("app-2", "new", running({ running: {} }))),
  ];

  it("goes on from an old pod that does not become ready, which is deleted", async () => {
    const fake = new FakeCluster([...pods, as("Event", warning("Pod", "app-2", "Unhealthy", "refused"))]);
    const { line } = await failure(waitForRollouts(fake.cluster, [set], 0.3, 0));
    assert.deepEqual(fake.changes, ["delete Pod shop/app-1"]);
    assert.deepEqual(fake.bodies, [{ preconditions: { uid: "app-1" } }]);
    assert.equal(
      line,
      "StatefulSet shop/app did not roll out: pod app-2: Unhealthy: refused; the old version still serves",
    );
  });

  it("has patience with that pod", async () => {
    const fake = new FakeCluster(pods);
    await failure(waitForRollouts(fake.cluster, [set], 0.3, 30));
    assert.deepEqual(fake.changes, []);
  });
});

/** Whether the cluster was asked that often. */
const looks = (fake: FakeCluster, count: number) => () => Promise.resolve(fake.reads >= count);
