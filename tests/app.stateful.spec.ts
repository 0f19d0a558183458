import assert from "node:assert/strict";
import { children } from "./mocks.ts";
import { create, labels, selector, stateful, type } from "./apps.ts";

// That users are kept by affinity and claims come back is proved by the end-to-end topic "app".

describe("App as a StatefulSet", () => {
  it("has a set with a headless Service in the place of the Deployment, found by the same labels", async () => {
    const { made } = await stateful();
    assert.deepEqual(children(made, type), [
      "kubernetes:networking.k8s.io/v1:NetworkPolicy app-policy",
      "kubernetes:policy/v1:PodDisruptionBudget app-budget",
      "random:index/randomPassword:RandomPassword app-checksum-key",
      "session-stack:index:StatefulWorkload app",
    ]);
    assert.deepEqual(children(made, "session-stack:index:StatefulWorkload"), [
      "kubernetes:apps/v1:StatefulSet app-set",
      "kubernetes:core/v1:Service app-pods",
    ]);
    assert.deepEqual([made.result.workload, made.result.selector], ["app", selector]);
    const { metadata, spec } = made.find("kubernetes:core/v1:Service", "app-pods").inputs as {
      metadata: unknown;
      spec: unknown;
    };
    assert.deepEqual(metadata, {
      name: "app-pods",
      namespace: "shop",
      labels,
      annotations: { "pulumi.com/skipAwait": "true" },
    });
    assert.deepEqual(spec, {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector,
      ports: [{ name: "http", port: 8080, targetPort: "http" }],
    });
  });

  it("by default starts in order, updates all pods, and has no claim", async () => {
    const { set, pod } = await stateful();
    assert.deepEqual(set, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: {
        name: "app",
        namespace: "shop",
        labels,
        annotations: { "session-stack/progress-deadline-seconds": "300" },
      },
      spec: {
        serviceName: "app-pods",
        replicas: 3,
        podManagementPolicy: "OrderedReady",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
        minReadySeconds: 0,
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        selector: { matchLabels: selector },
        template: pod,
      },
    });
  });

  it("has pods that differ from a Deployment's in nothing but what counts as a version", async () => {
    const ofSet = (await stateful()).pod;
    const ofDeployment = (await create()).pod;
    const constraints = (ofDeployment.spec.topologySpreadConstraints as { matchLabelKeys?: unknown }[]).map(
      ({ matchLabelKeys, ...rest }) => {
        assert.deepEqual(matchLabelKeys, ["pod-template-hash"]);
        return rest;
      },
    );
    assert.deepEqual(ofSet, {
      ...ofDeployment,
      spec: { ...ofDeployment.spec, topologySpreadConstraints: constraints },
    });
  });

  it("passes on order, partition, maxUnavailable, minReadySeconds, history and deadlineSeconds", async () => {
    const rollout = {
      order: "parallel",
      partition: 2,
      maxUnavailable: 2,
      minReadySeconds: 5,
      history: 4,
      deadlineSeconds: 60,
    };
    const { set } = await stateful({ rollout, replicas: 5 });
    assert.deepEqual(set.metadata.annotations, {
      "session-stack/progress-deadline-seconds": "60",
      "pulumi.com/waitFor": "jsonpath={$[?@.updatedReplicas > 2 && @.availableReplicas == 5]}",
    });
    const { spec } = set as unknown as { spec: Record<string, unknown> };
    const { replicas, podManagementPolicy, updateStrategy, minReadySeconds, revisionHistoryLimit } = spec;
    assert.deepEqual(
      { replicas, podManagementPolicy, updateStrategy, minReadySeconds, revisionHistoryLimit },
      {
        replicas: 5,
        podManagementPolicy: "Parallel",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2, maxUnavailable: 2 } },
        minReadySeconds: 5,
        revisionHistoryLimit: 4,
      },
    );
  });

  it("claim: one a pod from the stack's storage, writable for any user, for every container of the pod", async () => {
    const { set, pod, container } = await stateful({
      claim: { size: "2Gi", path: "/srv/data" },
      writable: [],
      initContainers: [{ name: "seed", image: "x:1" }],
    });
    assert.deepEqual(set.spec.volumeClaimTemplates, [
      {
        metadata: { name: "data", labels: selector },
        spec: {
          accessModes: ["ReadWriteMany"],
          storageClassName: "nfs-client",
          resources: { requests: { storage: "2Gi" } },
        },
      },
    ]);
    const mounts = [{ name: "data", mountPath: "/srv/data" }];
    const [seed] = pod.spec.initContainers as { volumeMounts?: unknown }[];
    assert.deepEqual([container.volumeMounts, seed?.volumeMounts], [mounts, mounts]);
    assert.equal("volumes" in pod.spec, false);
    assert.deepEqual(pod.spec.securityContext, {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
      fsGroup: 2000,
      fsGroupChangePolicy: "OnRootMismatch",
    });
  });
});
