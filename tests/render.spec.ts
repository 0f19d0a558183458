import assert from "node:assert/strict";
import { ConfigError } from "../config.ts";
import { describe as objectName, type KubernetesObject } from "../render/objects.ts";
import { inInstallOrder } from "../render/order.ts";
import type { Overrides } from "../render/stackFile.ts";
import { render } from "./rendered.ts";

// That the manifests can be applied in this order is proved by the end-to-end suite.

const names = (objects: KubernetesObject[]) =>
  objects.map((object) => objectName(object).replace(/redis-config-[0-9a-f]{10}$/, "redis-config-HASH"));

/** What every stack on NFS is made of, in install order. */
const expected = (namespace: string, instance: string) => [
  `Namespace ${namespace}`,
  `Namespace ${namespace}-storage`,
  `NetworkPolicy ${namespace}/app`,
  `NetworkPolicy ${namespace}/redis`,
  `NetworkPolicy ${namespace}/session-store-restore`,
  `NetworkPolicy ${namespace}-storage/nfs-provisioner`,
  `PodDisruptionBudget ${namespace}/app`,
  `PodDisruptionBudget ${namespace}/redis`,
  "StorageClass nfs-client",
  `ServiceAccount ${namespace}-storage/nfs-provisioner`,
  `ClusterRole ${instance}-nfs-provisioner`,
  `ClusterRoleBinding ${instance}-nfs-provisioner`,
  `Role ${namespace}-storage/nfs-provisioner-lock`,
  `RoleBinding ${namespace}-storage/nfs-provisioner-lock`,
  `Secret ${namespace}/session-secret`,
  `Secret ${namespace}/session-store`,
  `Secret ${namespace}/session-store-users`,
  `ConfigMap ${namespace}/redis-config-HASH`,
  `PersistentVolume ${instance}-nfs-export`,
  `PersistentVolumeClaim ${namespace}-storage/nfs-export`,
  `Service ${namespace}/app`,
  `Service ${namespace}/redis`,
  `Service ${namespace}/redis-master`,
  `Service ${namespace}/redis-read`,
  `Deployment ${namespace}/app`,
  `Deployment ${namespace}-storage/nfs-provisioner`,
  `StatefulSet ${namespace}/redis`,
  `CronJob ${namespace}/session-store-restore`,
  `Ingress ${namespace}/app`,
];

describe("rendering", () => {
  it("of stack local gives these objects in install order", async () => {
    assert.deepEqual(names((await render("local")).objects), expected("session-stack", "session-stack-local"));
  });

  it("of stack dev gives these objects in install order", async () => {
    assert.deepEqual(names((await render("dev")).objects), expected("session-stack-dev", "session-stack-dev"));
  });

  it("gives the same each time", async () => {
    assert.deepEqual(await render("local"), await render("local"));
  });

  it("leaves the number of pods to an autoscaler, where there is one", async () => {
    const specOf = async (overrides: Overrides) => {
      const { objects } = await render("dev", overrides);
      const of = (kind: string) => objects.find((one) => one.kind === kind && one.metadata.name === "app")?.spec;
      return { replicas: of("Deployment")?.replicas, least: of("HorizontalPodAutoscaler")?.minReplicas };
    };
    const autoscale = { "app.replicas": undefined, "app.autoscale": { min: 2, max: 6 } };
    assert.deepEqual(await specOf(autoscale), { replicas: undefined, least: 2 });
    assert.deepEqual(await specOf({}), { replicas: 2, least: undefined });
  });

  it("gives another stack its own names, like that of a file", async () => {
    const { objects } = await render("twin", { kubeContext: "kind", "namespace.name": "twin" }, "local");
    assert.deepEqual(names(objects), expected("twin", "session-stack-twin"));
  });

  it("has placeholders for secrets, and no other values in them", async () => {
    const { objects } = await render("local");
    const secrets = objects.filter(({ kind }) => kind === "Secret");
    assert.deepEqual(
      secrets.map(({ metadata, data, stringData }) => ({ name: metadata.name, data, stringData })),
      [
        {
          name: "session-secret",
          data: undefined,
          stringData: { keys: "~generated.session-key-1.48~", "key-1": "~generated.session-key-1.48~" },
        },
        {
          name: "session-store",
          data: undefined,
          stringData: {
            host: "redis-master.session-stack.svc",
            password: "~generated.store-app-1.32~",
            port: "6379",
            url: "redis://app:~generated.store-app-1.32~@redis-master.session-stack.svc:6379/0",
            username: "app",
          },
        },
        {
          name: "session-store-users",
          data: undefined,
          stringData: {
            "admin-1": "~generated.store-admin-1.32~",
            "app-1": "~generated.store-app-1.32~",
            "backup-1": "~generated.store-backup-1.32~",
            "metrics-1": "~generated.store-metrics-1.32~",
            "replica-1": "~generated.store-replica-1.32~",
            current: "1",
          },
        },
      ],
    );
  });

  it("has a placeholder for each secret that the application takes from the configuration", async () => {
    const secretEnv = { TOKEN: { config: "token" }, OTHER: { config: "api-key" } };
    const secure = { secure: "v1:hush" };
    const { objects } = await render("dev", { "app.secretEnv": secretEnv, token: secure, "api-key": secure });
    const { stringData } =
      objects.find(({ kind, metadata }) => kind === "Secret" && metadata.name === "app-secrets") ?? {};
    assert.deepEqual(stringData, {
      token: "~config.token~~~~~~~~~~~~~~~~~~~",
      "api-key": "~config.api-key~~~~~~~~~~~~~~~~~",
    });
  });

  it("has a placeholder for an encrypted value of the configuration", async () => {
    const { objects } = await render("local", { sessionSecret: { secure: "v1:hush" } });
    const secret = objects.find(({ kind, metadata }) => kind === "Secret" && metadata.name === "session-secret");
    assert.deepEqual(secret?.stringData, { keys: "~config.sessionSecret~~~~~~~~~~~" });
    assert.equal(JSON.stringify(objects).includes("hush"), false);
  });

  it("leaves out what only the engine reads, and says that manifests are applied", async () => {
    const { objects } = await render("local");
    assert.equal(JSON.stringify(objects).includes("pulumi"), false);
    assert.deepEqual(objects[0]?.metadata.annotations, { "session-stack/applied-by": "manifests" });
    const master = objects.find(({ metadata }) => metadata.name === "redis-master");
    assert.deepEqual(Object.keys(master?.metadata ?? {}), ["name", "namespace", "labels"]);
  });

  it("gives the outputs without the credentials", async () => {
    const { outputs } = await render("local");
    assert.deepEqual(outputs, {
      schemaVersion: 1,
      url: "http://demo.localhost/",
      ingress: { className: "traefik", host: "demo.localhost", affinity: "cookie" },
      namespace: "session-stack",
      app: { name: "app", service: "app", port: 80 },
      sessionStore: {
        kind: "redis",
        host: "redis-master.session-stack.svc",
        port: 6379,
        tls: false,
        durable: true,
        secretName: "session-store",
        secretKey: "url",
        clientLabel: { "session-stack/store-client": "true" },
      },
      storageClass: "nfs-client",
    });
  });

  it("refuses a bad configuration, and renders a good one after it", async () => {
    await assert.rejects(render("local", { "app.image": "no image" }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems, [
        'session-stack:app.image must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2, got "no image"',
      ]);
      return true;
    });
    assert.equal((await render("local")).objects.length, expected("", "").length);
  });
});

describe("install order", () => {
  const object = (kind: string, name: string, namespace?: string): KubernetesObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, namespace },
  });

  const custom = (apiVersion: string, kind: string) => ({ ...object(kind, "a", "a"), apiVersion });

  it("is by kind, with those of controllers before the Ingress, then by namespace and name", () => {
    const sorted = [
      object("Namespace", "z"),
      object("Secret", "a", "one"),
      object("Secret", "b", "one"),
      object("Secret", "a", "two"),
      object("Service", "a", "a"),
      custom("gateway.networking.k8s.io/v1", "HTTPRoute"),
      custom("traefik.io/v1alpha1", "Middleware"),
      object("Ingress", "a", "a"),
    ];
    assert.deepEqual(inInstallOrder(sorted.toReversed()), sorted);
  });

  for (const apiVersion of ["v1", "batch/v1", "storage.k8s.io/v1", "rbac.authorization.k8s.io/v1"]) {
    it(`is not guessed for a kind of ${apiVersion} that has no place`, () => {
      assert.throws(() => inInstallOrder([{ ...object("Widget", "a"), apiVersion }]), {
        message: "render/order.ts does not know when to install a Widget",
      });
    });
  }
});
