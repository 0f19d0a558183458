import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../config.ts";
import sessionStack from "../index.ts";
import { ingress, minimal, nfs, setConfig } from "./configs.ts";
import { nastyPassword, secret, valueOf } from "./mocks.ts";
import { environmentOf, objects, program, shapeOf } from "./programs.ts";

// Not proved here: dependsOn (mocks do not see it), the provider's own checks and awaits, and the API server's.

const full = {
  ...minimal,
  namespace: { name: "shop" },
  storage: nfs,
  ingress,
  affinity: { kind: "cookie", name: "shop-affinity" },
};

describe("program", () => {
  it("makes one stack: storage, store, signing keys, application and the way to it", async () => {
    const { resources } = await program(full);
    const places = objects(resources).map((resource) => {
      const { name, namespace } = shapeOf(resource).metadata;
      return [resource.type.split(":").at(-1), namespace === undefined ? name : `${namespace}/${name}`].join(" ");
    });
    assert.deepEqual(places.map((place) => place.replace(/redis-config-[0-9a-f]{10}$/, "redis-config-HASH")).sort(), [
      "ClusterRole shop-test-nfs-provisioner",
      "ClusterRoleBinding shop-test-nfs-provisioner",
      "ConfigMap shop/redis-config-HASH",
      "CronJob shop/session-store-restore",
      "Deployment shop-storage/nfs-provisioner",
      "Deployment shop/app",
      "Ingress shop/app",
      "Namespace shop",
      "Namespace shop-storage",
      "NetworkPolicy shop-storage/nfs-provisioner",
      "NetworkPolicy shop/app",
      "NetworkPolicy shop/redis",
      "NetworkPolicy shop/session-store-restore",
      "PersistentVolume shop-test-nfs-export",
      "PersistentVolumeClaim shop-storage/nfs-export",
      "PodDisruptionBudget shop/app",
      "PodDisruptionBudget shop/redis",
      "Role shop-storage/nfs-provisioner-lock",
      "RoleBinding shop-storage/nfs-provisioner-lock",
      "Secret shop/session-secret",
      "Secret shop/session-store",
      "Secret shop/session-store-users",
      "Service shop/app",
      "Service shop/redis",
      "Service shop/redis-master",
      "Service shop/redis-read",
      "ServiceAccount shop-storage/nfs-provisioner",
      "StatefulSet shop/redis",
      "StorageClass nfs-client",
    ]);
  });

  it("talks to no cluster but the one that the configuration names", async () => {
    const { resources, find } = await program(full);
    const { urn, inputs } = find("pulumi:providers:kubernetes", "cluster");
    assert.deepEqual(inputs, { context: "kind-shop", enableSecretMutable: "true" });
    for (const { type, name, provider } of objects(resources))
      assert.equal(provider, `${urn}::cluster-id`, `${type} ${name}`);
  });

  it("makes nothing but the namespace outside of a component", async () => {
    const { resources } = await program(full);
    const alone = resources.filter(({ urn }) => !/::session-stack:index:\w+(\$[^:]|::)/.test(urn));
    assert.deepEqual(alone.map(({ type, name }) => `${type} ${name}`).sort(), [
      "kubernetes:core/v1:Namespace namespace",
      "pulumi:providers:kubernetes cluster",
    ]);
  });

  it("selects pods by name and instance, the primary by its own name, and by nothing else", async () => {
    const { resources } = await program(full);
    const selectors = objects(resources).flatMap((resource) => {
      const { selector } = shapeOf(resource).spec ?? {};
      return selector === undefined ? [] : [selector.matchLabels ?? selector];
    });
    assert.equal(selectors.length, 9);
    for (const selector of selectors) {
      const { "statefulset.kubernetes.io/pod-name": pod, ...others } = selector;
      assert.deepEqual(Object.keys(others).sort(), ["app.kubernetes.io/instance", "app.kubernetes.io/name"]);
      assert.ok(pod === undefined || pod === "redis-0");
    }
  });

  it("returns what consumers rely on", async () => {
    const { sessionStoreUrl, ...rest } = (await program(full)).result;
    assert.deepEqual(await valueOf(pulumi.output(rest)), {
      schemaVersion: 1,
      url: "http://shop.example.com/",
      ingress: { className: "traefik", host: "shop.example.com", affinity: "cookie" },
      namespace: "shop",
      app: { name: "app", service: "app", port: 80 },
      sessionStore: {
        kind: "redis",
        host: "redis-master.shop.svc",
        port: 6379,
        tls: false,
        durable: true,
        secretName: "session-store",
        secretKey: "url",
        clientLabel: { "session-stack/store-client": "true" },
      },
      storageClass: "nfs-client",
    });
    assert.equal(await pulumi.isSecret(pulumi.output(rest)), false);
    assert.ok(sessionStoreUrl !== null);
    assert.equal(
      await valueOf(sessionStoreUrl),
      `redis://app:${encodeURIComponent(nastyPassword)}@redis-master.shop.svc:6379/0`,
    );
    assert.equal(await pulumi.isSecret(sessionStoreUrl), true);
  });

  it("returns null for the Ingress that there is not, and the cluster's own class", async () => {
    const { result, find } = await program(minimal);
    const url = await valueOf(pulumi.output(result.url));
    assert.deepEqual([url, result.ingress, result.storageClass], [null, null, "block"]);
    const [claim] = shapeOf(find("kubernetes:apps/v1:StatefulSet", "store-members")).spec?.volumeClaimTemplates ?? [];
    assert.deepEqual(claim?.spec.accessModes, ["ReadWriteOnce"]);
  });

  it("leaves a namespace alone that is somebody else's", async () => {
    const { resources } = await program({ ...minimal, namespace: { name: "shop", create: false } });
    assert.deepEqual(
      objects(resources).filter(({ type }) => type.endsWith(":Namespace")),
      [],
    );
  });

  it("makes no Secret for signing keys that are in one already", async () => {
    const made = await program({ ...minimal, sessionSecretRef: { name: "signing", key: "keys" } });
    const secrets = objects(made.resources).filter(({ type }) => type.endsWith(":Secret"));
    assert.deepEqual(secrets.map((secret) => shapeOf(secret).metadata.name).sort(), [
      "session-store",
      "session-store-users",
    ]);
    assert.deepEqual(
      environmentOf(made).find(({ name }) => name === "SESSION_SECRET"),
      { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "signing", key: "keys" } } },
    );
  });

  it("takes the engine's pinned image, or the one that is given", async () => {
    const imageFor = async (store: object) => {
      const { find } = await program({ ...minimal, store });
      const { inputs } = find("kubernetes:apps/v1:StatefulSet", "store-members");
      return /"image":"([^"]+)"/.exec(JSON.stringify(inputs))?.[1];
    };
    assert.equal(await imageFor({}), "docker.io/valkey/valkey:8.1.10");
    assert.equal(await imageFor({ engine: "redis" }), "docker.io/library/redis:8.0.6");
    assert.equal(await imageFor({ image: "registry.example/valkey:8" }), "registry.example/valkey:8");
  });

  it("puts secrets into Secrets alone", async () => {
    const sessionSecret = "hush-hush-0123456789abcdef0123456789";
    const { resources } = await program({ ...full, sessionSecret }, ["sessionSecret"]);
    const holders = resources.filter(({ inputs }) =>
      [sessionSecret, nastyPassword, encodeURIComponent(nastyPassword)].some((value) =>
        JSON.stringify(inputs).includes(value),
      ),
    );
    assert.deepEqual(holders.map(({ name }) => name).sort(), ["session-secret", "store-secret", "store-users"]);
  });

  it("puts the key of its own certificate into its Secret alone, and marks it", async () => {
    const { resources } = await program({ ...full, ingress: { ...ingress, tls: { selfSigned: true } } });
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("PRIVATE KEY"));
    assert.equal(holders.length, 1);
    assert.match(holders[0]?.name ?? "", /^exposure-app-tls-/);
    const { stringData } = holders[0]?.inputs as { stringData: { value: unknown } };
    assert.deepEqual(stringData, secret(stringData.value));
  });

  it("refuses a bad configuration before it makes anything", async () => {
    const registered: string[] = [];
    const newResource = ({ name }: pulumi.runtime.MockResourceArgs) => {
      registered.push(name);
      return { id: name, state: {} };
    };
    await pulumi.runtime.setMocks({ newResource, call: () => ({}) }, "shop", "test");
    setConfig({ ...full, app: { image: "no image" } });
    assert.throws(sessionStack, ConfigError);
    await pulumi.runtime.disconnect();
    assert.deepEqual(registered, []);
  });
});
