import assert from "node:assert/strict";
import type { CoreV1Event, V1DeploymentCondition, V1Pod } from "@kubernetes/client-node";
import { blockingPods, podTrouble, workloadTrouble, type Trouble } from "../deploy/trouble.ts";
import { container, deployment, pod, ready, running, statefulSet, warning } from "./pods.ts";

const unready = "Readiness probe failed: HTTP probe failed with statuscode: 503";
const quota = 'pods "app-new-x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=3, limited: pods=3';
const waiting = (reason: string, message?: string) => running({ waiting: { reason, message } });

describe("a pod", () => {
  const cases: [title: string, status: V1Pod["status"], events: CoreV1Event[], trouble: Trouble | undefined][] = [
    ["that is ready has no trouble", ready, [warning("Pod", "app-1", "Unhealthy", unready)], undefined],
    ["that is new has none", {}, [], undefined],
    ["whose container is made has none", waiting("ContainerCreating"), [], undefined],
    ["that waits for its init containers has none", waiting("PodInitializing"), [], undefined],
    [
      "without a node says why",
      {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: "0/1 nodes are available: 1 Insufficient cpu.",
          },
        ],
      },
      [],
      { text: "Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.", lasting: false },
    ],
    [
      "whose image cannot be pulled says why",
      waiting("ErrImagePull", "failed to pull and unpack image: not found"),
      [],
      { text: "ErrImagePull: failed to pull and unpack image: not found", lasting: true },
    ],
    [
      "whose image is no longer tried at once says so, in the first of its lines",
      waiting("ImagePullBackOff", 'Back-off pulling image "shop:2":\n ErrImagePull'),
      [],
      { text: 'ImagePullBackOff: Back-off pulling image "shop:2":', lasting: true },
    ],
    [
      "whose Secret is missing says which",
      waiting("CreateContainerConfigError", 'secret "database" not found'),
      [],
      { text: 'CreateContainerConfigError: secret "database" not found', lasting: true },
    ],
    [
      "whose image has no name says so, though there is no message",
      waiting("InvalidImageName"),
      [],
      { text: "InvalidImageName", lasting: true },
    ],
    [
      "that crashes again and again says how it ended, not how long it waits",
      running(
        { waiting: { reason: "CrashLoopBackOff", message: "back-off 20s restarting failed container=app" } },
        { restartCount: 2, lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } } },
      ),
      [],
      { text: "CrashLoopBackOff: ended with exit code 137 (OOMKilled), 2 restarts", lasting: true },
    ],
    [
      "that has just crashed says so, which may not last",
      running({ terminated: { exitCode: 1, reason: "Error" } }, { restartCount: 1 }),
      [],
      { text: "Error: ended with exit code 1, 1 restarts", lasting: false },
    ],
    [
      "whose container has ended well has none",
      running({ terminated: { exitCode: 0, reason: "Completed" } }),
      [],
      undefined,
    ],
    [
      "whose container is one of several says which",
      {
        initContainerStatuses: [container("prepare", { terminated: { exitCode: 0 } }), container("proxy", {})],
        containerStatuses: [container("app", { waiting: { reason: "ImagePullBackOff", message: "no" } })],
      },
      [],
      { text: "container app: ImagePullBackOff: no", lasting: true },
    ],
    [
      "whose init container fails says so before what waits for it",
      {
        initContainerStatuses: [container("prepare", { terminated: { exitCode: 2, reason: "Error" } })],
        containerStatuses: [container("app", { waiting: { reason: "PodInitializing" } })],
      },
      [],
      { text: "container prepare: Error: ended with exit code 2, 0 restarts", lasting: false },
    ],
    [
      "that was evicted says so",
      { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." },
      [],
      { text: "Evicted: The node was low on resource: memory.", lasting: false },
    ],
    [
      "whose probe fails says what it got last",
      running({ running: {} }),
      [
        warning("Pod", "app-1", "Unhealthy", unready, 2),
        warning("Pod", "app-1", "Unhealthy", "Readiness probe failed: connection refused", 1),
        warning("Pod", "app-2", "Unhealthy", "another pod's", 3),
        { ...warning("Pod", "app-1", "Pulled", "no warning", 4), type: "Normal" },
        {
          ...warning("Pod", "app-1", "Unhealthy", "an earlier pod's of that name", 5),
          involvedObject: { name: "app-1", uid: "gone" },
        },
      ],
      { text: `Unhealthy: ${unready}`, lasting: false },
    ],
    [
      "whose volume cannot be mounted says why",
      waiting("ContainerCreating"),
      [warning("Pod", "app-1", "FailedMount", 'MountVolume.SetUp failed for volume "ca" : secret "ca" not found')],
      { text: 'FailedMount: MountVolume.SetUp failed for volume "ca" : secret "ca" not found', lasting: false },
    ],
  ];
  for (const [title, status, events, trouble] of cases) {
    it(title, () => assert.deepEqual(podTrouble(pod("app-1", "new", status), events), trouble));
  }
});

describe("a Deployment", () => {
  it("that gets no pods says why", () => {
    const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: quota };
    assert.deepEqual(workloadTrouble({ kind: "Deployment", object: deployment({ conditions: [failure] }) }, []), {
      text: `FailedCreate: ${quota}`,
      lasting: false,
    });
    const over = { ...failure, status: "False" };
    assert.equal(workloadTrouble({ kind: "Deployment", object: deployment({ conditions: [over] }) }, []), undefined);
    assert.equal(workloadTrouble({ kind: "Deployment", object: deployment() }, []), undefined);
  });

  it("that Kubernetes has given up says so, unless it knows why", () => {
    const message = 'ReplicaSet "app-new" has timed out progressing.';
    const verdict = { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message };
    const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: quota };
    const textOf = (...conditions: V1DeploymentCondition[]) =>
      workloadTrouble({ kind: "Deployment", object: deployment({ conditions }) }, [])?.text;
    assert.equal(textOf(verdict), `ProgressDeadlineExceeded: ${message}`);
    assert.equal(textOf(verdict, failure), `FailedCreate: ${quota}`);
    assert.equal(textOf({ type: "Progressing", status: "True", reason: "ReplicaSetUpdated" }), undefined);
  });
});

describe("a StatefulSet", () => {
  const failed = warning("StatefulSet", "app", "FailedCreate", `create Pod app-2 in StatefulSet app failed: ${quota}`);

  it("that gets no pods says why, as long as it lacks some", () => {
    const others = [
      warning("StatefulSet", "app", "FailedDelete", "of no interest", 2),
      warning("Pod", "app-1", "FailedCreate", "of another", 3),
    ];
    assert.deepEqual(workloadTrouble({ kind: "StatefulSet", object: statefulSet(2) }, [failed, ...others]), {
      text: `FailedCreate: create Pod app-2 in StatefulSet app failed: ${quota}`,
      lasting: false,
    });
    assert.equal(workloadTrouble({ kind: "StatefulSet", object: statefulSet(3) }, [failed]), undefined);
    assert.equal(workloadTrouble({ kind: "StatefulSet", object: statefulSet(2) }, []), undefined);
  });

  const broken = [
    pod("app-0", "old", waiting("ImagePullBackOff")),
    pod("app-1", "old", ready),
    pod("app-2", "old", waiting("ContainerCreating")),
    pod("app-10", "old", waiting("CreateContainerConfigError")),
  ];
  const blocking = (spec: object) =>
    blockingPods({ kind: "StatefulSet", object: statefulSet(3, spec) }, broken).map(({ metadata }) => metadata?.name);

  it("in order waits for old pods that are not ready, of those that it is to replace", () => {
    assert.deepEqual(blocking({}), ["app-0", "app-2", "app-10"]);
    assert.deepEqual(blocking({ updateStrategy: { rollingUpdate: { partition: 3 } } }), ["app-10"]);
  });

  it("all at once waits for none, and a Deployment never does", () => {
    assert.deepEqual(blocking({ podManagementPolicy: "Parallel" }), []);
    assert.deepEqual(blockingPods({ kind: "Deployment", object: deployment() }, broken), []);
  });
});
