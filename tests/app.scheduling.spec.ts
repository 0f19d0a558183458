import assert from "node:assert/strict";
import { create, selector, stateful } from "./apps.ts";

// Where the scheduler puts pods by them is Kubernetes' own promise.

const host = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";
const ofOneVersion = { labelSelector: { matchLabels: selector }, matchLabelKeys: ["pod-template-hash"] };

/** What the pod says of its place. */
async function placeOf(scheduling: object) {
  const { topologySpreadConstraints, affinity, nodeSelector, tolerations, priorityClassName } = (
    await create({ scheduling })
  ).pod.spec;
  return { topologySpreadConstraints, affinity, nodeSelector, tolerations, priorityClassName };
}

const nowhere = {
  topologySpreadConstraints: undefined,
  affinity: undefined,
  nodeSelector: undefined,
  tolerations: undefined,
  priorityClassName: undefined,
};

describe("App's placement", () => {
  const constraint = (topologyKey: string, whenUnsatisfiable: string) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable,
    ...ofOneVersion,
  });

  it("spread preferred, the default: nodes and zones, if there are some", async () => {
    assert.deepEqual(await placeOf({}), {
      ...nowhere,
      topologySpreadConstraints: [constraint(host, "ScheduleAnyway"), constraint(zone, "ScheduleAnyway")],
    });
  });

  it("spread required: nodes for certain, zones if there are some", async () => {
    assert.deepEqual(await placeOf({ spread: "required" }), {
      ...nowhere,
      topologySpreadConstraints: [constraint(host, "DoNotSchedule"), constraint(zone, "ScheduleAnyway")],
    });
  });

  it("spread none: nothing", async () => {
    assert.deepEqual(await placeOf({ spread: "none" }), nowhere);
  });

  it("antiAffinity preferred and required: no two pods of one version on a node", async () => {
    const term = { topologyKey: host, ...ofOneVersion };
    assert.deepEqual(await placeOf({ spread: "none", antiAffinity: "preferred" }), {
      ...nowhere,
      affinity: {
        podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
      },
    });
    assert.deepEqual(await placeOf({ spread: "none", antiAffinity: "required" }), {
      ...nowhere,
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
    });
  });

  it("of a StatefulSet knows no versions: a pod is replaced at its own place", async () => {
    const { pod } = await stateful({ scheduling: { antiAffinity: "required" } });
    const labelSelector = { matchLabels: selector };
    assert.deepEqual(pod.spec.topologySpreadConstraints, [
      { maxSkew: 1, topologyKey: host, whenUnsatisfiable: "ScheduleAnyway", labelSelector },
      { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: "ScheduleAnyway", labelSelector },
    ]);
    assert.deepEqual(pod.spec.affinity, {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: host, labelSelector }] },
    });
  });

  it("nodeSelector, tolerations, priorityClassName: as they are given", async () => {
    const given = {
      nodeSelector: { pool: "web" },
      tolerations: [{ key: "dedicated", operator: "Equal", value: "web", effect: "NoSchedule" }],
      priorityClassName: "important",
    };
    assert.deepEqual(await placeOf({ spread: "none", ...given }), { ...nowhere, ...given });
  });
});
