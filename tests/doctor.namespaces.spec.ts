import assert from "node:assert/strict";
import { names } from "../doctor/checks/names.ts";
import { namespaces } from "../doctor/checks/namespaces.ts";
import { security } from "../doctor/checks/security.ts";
import { found, namespaceWith, owned, stack } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const shared = { namespace: { name: "shop", create: false } };

describe("the doctor's look at namespaces", () => {
  const at = async (fields: object | undefined, overrides = {}, name = "dev") => {
    const fake = new FakeCluster(fields === undefined ? [] : [namespaceWith("shop", { ...fields })]);
    return found(namespaces, await stack(overrides, name), fake);
  };

  it("wants one that is not made by the stack to be there", async () => {
    assert.deepEqual(await at(undefined, shared), [
      {
        status: "fail",
        found: "there is no namespace shop, and session-stack:namespace.create is false",
        remedy: "make it (kubectl create namespace shop), or leave namespace.create out",
      },
    ]);
    assert.deepEqual(await at({}, shared), [{ status: "ok", found: "shop is there" }]);
  });

  it("wants one that is made by the stack to be free, or its own", async () => {
    assert.deepEqual(await at(undefined), [{ status: "ok", found: "shop is free" }]);
    assert.deepEqual(await at(owned("session-stack-dev")), [{ status: "ok", found: "shop belongs to this stack" }]);
    assert.deepEqual(await at(owned("session-stack-prod")), [
      {
        status: "fail",
        found: "shop belongs to session-stack-prod",
        remedy: "set session-stack:namespace.name to another",
      },
    ]);
    assert.deepEqual(await at({}), [
      {
        status: "warn",
        found: "shop is there and of no stack: this one takes it over, and destroys it at its end",
        remedy: "set session-stack:namespace.create to false, or namespace.name to another",
      },
    ]);
  });

  it("warns of one that the other way of applying made", async () => {
    const by = (way: string, instance = "session-stack-dev") => ({
      ...owned(instance),
      annotations: { "session-stack/applied-by": way },
    });
    const engine = "shop belongs to this stack, applied by the Pulumi engine";
    assert.deepEqual(await at(by("pulumi")), [{ status: "ok", found: engine }]);
    assert.deepEqual(await at(by("manifests")), [
      {
        status: "warn",
        found: "shop belongs to this stack, applied from manifests, which pulumi up does not know of",
        remedy: "go on with npm start -- --context …, or delete it with npm run stop -- --context … before pulumi up",
      },
    ]);
    assert.deepEqual(await at(by("manifests", "session-stack-local"), {}, "local"), [
      { status: "ok", found: "shop belongs to this stack, applied from manifests" },
    ]);
  });

  it("waits for one that ends", async () => {
    const fake = new FakeCluster();
    const ending = namespaceWith("shop");
    ending.metadata = { ...ending.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } as typeof ending.metadata;
    fake.objects.set("Namespace shop", ending);
    assert.deepEqual(await found(namespaces, await stack(), fake), [
      { status: "fail", found: "shop is being deleted", remedy: "wait until it is gone" },
    ]);
  });

  it("tells workloads of others in one that is shared", async () => {
    const fake = new FakeCluster([object("Deployment", "app", "shop", owned("session-stack-prod"))]);
    assert.deepEqual(await found(names, await stack(shared), fake), [
      {
        status: "fail",
        found: "Deployment shop/app belongs to session-stack-prod",
        remedy: "set session-stack:namespace.name to another: one stack, one namespace",
      },
    ]);
    fake.objects.set("Deployment shop/app", object("Deployment", "app", "shop", owned("session-stack-dev")));
    assert.deepEqual(await found(names, await stack(shared), fake), [
      { status: "ok", found: "Deployment shop/app, StatefulSet shop/redis: free, or of this stack" },
    ]);
    assert.deepEqual(await found(names, await stack(), fake), []);
  });
});

describe("the doctor's look at Pod Security", () => {
  const enforcing = (level?: string) =>
    new FakeCluster([
      namespaceWith("shop", level === undefined ? {} : { labels: { "pod-security.kubernetes.io/enforce": level } }),
    ]);

  it("tells pods that a namespace of somebody else refuses", async () => {
    const baseline = await stack({ ...shared, "app.podSecurity": "baseline" });
    const rows = await found(security, baseline, enforcing("restricted"));
    const remedy =
      "set session-stack:app.podSecurity to restricted, or have the namespace's label pod-security.kubernetes.io/enforce say baseline";
    const refuses = "shop enforces restricted, and refuses pods of Deployment shop/app: container app";
    assert.deepEqual(rows, [
      { status: "fail", found: `${refuses} may run as root`, remedy },
      { status: "fail", found: `${refuses} keeps capabilities`, remedy },
    ]);
    const lenient = [{ status: "ok", found: "shop enforces baseline" }];
    assert.deepEqual(await found(security, baseline, enforcing("baseline")), lenient);
  });

  it("is content with pods that keep to it, and has nothing to say of the stack's own", async () => {
    const restricted = [{ status: "ok", found: "shop enforces restricted, which every pod keeps to" }];
    assert.deepEqual(await found(security, await stack(shared), enforcing("restricted")), restricted);
    const none = [{ status: "ok", found: "shop enforces no level by a label" }];
    assert.deepEqual(await found(security, await stack(shared), enforcing()), none);
    assert.deepEqual(await found(security, await stack(), enforcing("restricted")), []);
  });
});
