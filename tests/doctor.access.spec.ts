import assert from "node:assert/strict";
import { grants } from "../doctor/checks/grants.ts";
import { permissions } from "../doctor/checks/permissions.ts";
import { priorityClass } from "../doctor/checks/priorityClass.ts";
import { secrets } from "../doctor/checks/secrets.ts";
import { isNewEnough } from "../doctor/checks/version.ts";
import { closed, found, namespaceWith, nfs, stack } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const shared = { namespace: { name: "shop", create: false } };

describe("the doctor's look at the version", () => {
  it("takes 1.30 and newer, whatever follows", () => {
    const versions = ["v1.30.0", "v1.33.5-gke.1200", "v2.0.0", "1.40.0-alpha.1+abc"];
    assert.deepEqual(versions.map(isNewEnough), [true, true, true, true]);
    assert.deepEqual(["v1.29.15", "v0.99.0", "", "main"].map(isNewEnough), [false, false, false, false]);
  });
});

describe("the doctor's look at permissions", () => {
  it("names the verbs, the kind and where", async () => {
    const fake = new FakeCluster();
    for (const verb of ["create", "patch"]) fake.forbidden.add(`${verb} networkpolicies.networking.k8s.io shop`);
    fake.forbidden.add("delete namespaces");
    assert.deepEqual(await found(permissions, await stack(), fake), [
      {
        status: "fail",
        found: "this account may not delete namespaces in the whole cluster",
        remedy: "have a ClusterRole allow it, or take another context",
      },
      {
        status: "fail",
        found: "this account may not create, patch networkpolicies.networking.k8s.io in namespace shop",
        remedy: "have a Role allow it, or take another context",
      },
    ]);
  });

  it("leaves out a kind that the cluster does not have, which is another row", async () => {
    const ingress = { hosts: [{ host: "shop.example.com" }], tls: { secretName: "a" } };
    const [row] = await found(permissions, await stack({ ingress }));
    assert.equal(row?.status, "ok");
  });

  it("tells what a role of the stack grants that this account does not have", async () => {
    const fake = new FakeCluster();
    fake.forbidden.add("patch persistentvolumes").add("escalate clusterroles.rbac.authorization.k8s.io");
    const own = await stack({ storage: nfs, store: { kind: "redis" } });
    assert.deepEqual(await found(grants, own, fake), [
      {
        status: "fail",
        found:
          "this account may not grant what ClusterRole session-stack-dev-nfs-provisioner grants, for it may not itself: patch persistentvolumes",
        remedy:
          "have these allowed to it, too, or the verbs escalate and bind on clusterroles.rbac.authorization.k8s.io",
      },
    ]);
    fake.forbidden.delete("escalate clusterroles.rbac.authorization.k8s.io");
    const all = [{ status: "ok", found: "this account may grant what the 2 roles of the stack grant" }];
    assert.deepEqual(await found(grants, own, fake), all);
    assert.deepEqual(await found(grants, await stack()), []);
  });
});

describe("the doctor's look at Secrets", () => {
  const overrides = {
    ...shared,
    "app.pullSecrets": ["registry"],
    "app.secretEnv": { DATABASE: { name: "database", key: "url" }, USER: { name: "database", key: "user" } },
    sessionSecretRef: { name: "signing", key: "keys" },
  };
  const secret = (name: string, ...keys: string[]) =>
    object("Secret", name, "shop", { data: Object.fromEntries(keys.map((key) => [key, "aGlkZGVu"])) });

  it("wants each to be there with its keys, and shows no value", async () => {
    const fake = new FakeCluster([
      namespaceWith("shop"),
      secret("database", "url", "password"),
      secret("signing", "keys"),
    ]);
    assert.deepEqual(await found(secrets, await stack(overrides), fake), [
      { status: "ok", found: "Secret shop/signing has keys" },
      {
        status: "fail",
        found:
          "Secret shop/database has no user, which the pods of Deployment shop/app take from it; it has: url, password",
        remedy: "add what is missing, or name another key",
      },
      {
        status: "fail",
        found: "there is no Secret shop/registry, which the pods of Deployment shop/app take .dockerconfigjson from",
        remedy: "make it: kubectl -n shop create secret generic registry …",
      },
    ]);
  });

  it("says how one gets into a namespace that is not there yet", async () => {
    const external = { kind: "external", external: { secretName: "cache" } };
    assert.deepEqual(await found(secrets, await stack({ store: external })), [
      {
        status: "fail",
        found: "there is no Secret shop/cache, which the pods of Deployment shop/app take url from",
        remedy:
          "make the namespace and the Secret beforehand (kubectl create namespace shop; kubectl -n shop create secret generic cache …): the stack takes the namespace over",
      },
    ]);
  });

  it("leaves the stack's own alone", async () => {
    assert.deepEqual(await found(secrets, await stack()), []);
  });

  it("looks at the certificate of the store", async () => {
    const store = { kind: "redis", replicas: 0, tls: { secretName: "store-tls" } };
    const fake = new FakeCluster([namespaceWith("shop"), secret("store-tls", "ca.crt", "tls.crt")]);
    assert.deepEqual(await found(secrets, await stack({ store }), fake), [
      {
        status: "fail",
        found:
          "Secret shop/store-tls has no tls.key, which the pods of Deployment shop/app, StatefulSet shop/redis, CronJob shop/session-store-restore take from it; it has: ca.crt, tls.crt",
        remedy: "add what is missing, or name another key",
      },
    ]);
  });
});

describe("the doctor's look at the priority class", () => {
  it("wants that of the pods to be there", async () => {
    const own = await stack({ "app.scheduling": { priorityClassName: "high" } });
    assert.deepEqual(await found(priorityClass, own), [
      {
        status: "fail",
        found: "there is no PriorityClass high, which session-stack:app.scheduling.priorityClassName names",
        remedy: "name one of kubectl get priorityclass, or leave it out",
      },
    ]);
    const fake = new FakeCluster([object("PriorityClass", "high")]);
    assert.deepEqual(await found(priorityClass, own, fake), [{ status: "ok", found: "high is there" }]);
    assert.deepEqual(await found(priorityClass, await stack(), closed("PriorityClass")), []);
  });
});
