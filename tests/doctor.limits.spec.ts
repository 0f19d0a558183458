import assert from "node:assert/strict";
import { limits } from "../doctor/checks/limits.ts";
import { quota } from "../doctor/checks/quota.ts";
import { closed, found, stack, unread } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

/** Two pods of the application and one of the store, which has a claim. */
const app = { image: "ghcr.io/acme/shop:1.4.2", replicas: 2 };
const own = () => stack({ app, store: { replicas: 0, memory: "256Mi", size: "2Gi" } });

const quotaOf = (hard: Record<string, string>, spec = {}) =>
  object("ResourceQuota", "compute", "shop", { spec: { hard, ...spec } });
const rangeOf = (...items: object[]) => object("LimitRange", "defaults", "shop", { spec: { limits: items } });
const name = "ResourceQuota shop/compute";

describe("the doctor's look at quotas", () => {
  const at = async (...objects: ReturnType<typeof object>[]) => found(quota, await own(), new FakeCluster(objects));
  const more = "have it raised, or ask for less in session-stack:app and session-stack:store";

  it("tells what a quota counts and containers do not state", async () => {
    const refusal = {
      status: "fail",
      found:
        `${name} counts limits.cpu, which is not stated by container app of Deployment shop/app, ` +
        "container redis of StatefulSet shop/redis, container redis-restore of CronJob shop/session-store-restore: their pods are refused",
      remedy:
        "have a LimitRange in shop give a default for cpu, or state it in session-stack:app.resources where it is the application's",
    };
    assert.deepEqual(await at(quotaOf({ "limits.cpu": "10" })), [refusal]);
    const room = [{ status: "ok", found: `${name} has room for the stack alone` }];
    assert.deepEqual(await at(quotaOf({ "limits.memory": "10Gi", "requests.cpu": "4", cpu: "4" })), room);
    assert.deepEqual(
      await at(quotaOf({ "limits.cpu": "10" }), rangeOf({ type: "Container", _default: { cpu: "1" } })),
      room,
    );
    const request = rangeOf({ type: "Container", defaultRequest: { cpu: "1" } });
    assert.deepEqual(await at(quotaOf({ "limits.cpu": "10" }), request), [refusal]);
    assert.deepEqual(await at(quotaOf({ "limits.cpu": "10" }), rangeOf({ type: "Pod", max: { cpu: "1" } })), [refusal]);
  });

  it("tells what is less than the stack needs", async () => {
    const hard = { pods: "2", persistentvolumeclaims: "0", "requests.storage": "1Gi", "limits.memory": "700Mi" };
    const allows = (what: string) => ({ status: "fail", found: `${name} allows ${what}`, remedy: more });
    assert.deepEqual(await at(quotaOf(hard)), [
      allows("2 of pods, and the stack needs 3"),
      allows("0 of persistentvolumeclaims, and the stack needs 1"),
      allows(`1Gi of requests.storage, and the stack needs 2048Mi`),
      allows(`700Mi of limits.memory, and the stack needs 768Mi`),
    ]);
    const enough = { pods: "3", persistentvolumeclaims: "1", "requests.storage": "2Gi", "limits.memory": "768Mi" };
    assert.deepEqual(await at(quotaOf({ ...enough, services: "0" })), [
      { status: "ok", found: `${name} has room for the stack alone` },
    ]);
  });

  it("does not judge one that counts certain pods alone, nor what it may not read", async () => {
    assert.deepEqual(await at(quotaOf({ pods: "0" }, { scopes: ["BestEffort"] })), [
      {
        status: "unknown",
        found: `${name} counts certain pods alone, which is not looked at`,
        remedy: "look at it: kubectl -n shop describe quota compute",
      },
    ]);
    assert.deepEqual(await found(quota, await own(), closed("ResourceQuota")), [
      unread("the quotas of shop", "ResourceQuota"),
    ]);
    assert.deepEqual(await at(), [{ status: "ok", found: "shop has none" }]);
  });
});

describe("the doctor's look at limits", () => {
  const at = async (...items: object[]) => found(limits, await own(), new FakeCluster([rangeOf(...items)]));
  const refused = (problem: string, owner: string) => ({
    status: "fail",
    found: `LimitRange shop/defaults ${problem}, and ${owner} is refused`,
    remedy: "have the LimitRange changed, or session-stack:app.resources, store.memory or store.size",
  });

  it("tells containers and claims that are too large or too small", async () => {
    const memory = "container app of Deployment shop/app";
    const items = [
      { type: "Container", max: { memory: "200Mi", cpu: "1" }, min: { cpu: "60m" } },
      { type: "PersistentVolumeClaim", min: { storage: "4Gi" }, max: { storage: "1Gi" } },
    ];
    const rows = await at(...items);
    assert.deepEqual(rows.slice(0, 2), [
      refused("allows 200Mi of memory, not 256Mi", memory),
      refused("wants at least 60m of cpu, not 50m", memory),
    ]);
    assert.deepEqual(rows.slice(-2), [
      refused("allows 1Gi of storage, not 2Gi", "a claim of StatefulSet shop/redis"),
      refused("wants at least 4Gi of storage, not 2Gi", "a claim of StatefulSet shop/redis"),
    ]);
  });

  it("takes the limit for the request where that is not stated", async () => {
    const resources = { requests: {}, limits: { memory: "64Mi" } };
    const small = await stack({
      app: { ...app, resources },
      store: { kind: "external", external: { secretName: "cache" } },
    });
    const range = rangeOf({ type: "Container", min: { memory: "100Mi" } });
    assert.deepEqual(await found(limits, small, new FakeCluster([range])), [
      refused("wants at least 100Mi of memory, not 64Mi", "container app of Deployment shop/app"),
    ]);
  });

  it("is content with those that fit", async () => {
    const fits = [{ status: "ok", found: "shop has limits that fit" }];
    assert.deepEqual(await at({ type: "Container", max: { memory: "256Mi" }, min: { memory: "16Mi" } }), fits);
    assert.deepEqual(await at({ type: "Pod", max: { memory: "1Mi" } }), fits);
    assert.deepEqual(await found(limits, await own()), [{ status: "ok", found: "shop has none" }]);
  });
});
