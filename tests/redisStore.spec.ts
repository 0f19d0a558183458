import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../components/hash.ts";
import { redisConf } from "../components/redis/conf.ts";
import { RedisStore, type RedisStoreArgs } from "../components/redisStore.ts";
import { children, nastyPassword, passwordType, run, secret, valueOf } from "./mocks.ts";

// Not proved here: the order of creation, that a server starts with what it is given (end-to-end suite), and that the
// engine encrypts the password in its state.

const args: RedisStoreArgs = {
  instance: "shop-dev",
  namespace: "shop",
  engine: "valkey",
  image: "registry.example/valkey:8",
  replicas: 2,
  durability: "always",
  eviction: "noeviction",
  memory: "256Mi",
  size: "1Gi",
  storageClassName: "nfs-client",
  accessMode: "ReadWriteMany",
};

const type = "session-stack:index:RedisStore";
const url = "redis://default:p%40ss%2Fw%3Ard%3F%23%25%26%2B%20%C3%BC@redis-master.shop.svc:6379/0";
const selector = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "session-store",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};
const port = { name: "redis", port: 6379, targetPort: "redis" };

const create = () => run(() => new RedisStore("store", args));
const scripts = Object.fromEntries(
  ["start.sh", "ask.sh", "live.sh", "ready.sh"].map((file) => [
    file,
    readFileSync(new URL(`../components/redis/${file}`, import.meta.url), "utf8"),
  ]),
);

const probe = (script: string) => ({ exec: { command: ["sh", `/etc/session-store/${script}`] }, timeoutSeconds: 5 });

describe("RedisStore", () => {
  it("makes these objects below itself", async () => {
    assert.deepEqual(children(await create(), type), [
      "kubernetes:apps/v1:StatefulSet store-members",
      "kubernetes:core/v1:ConfigMap store-config",
      "kubernetes:core/v1:Secret store-secret",
      "kubernetes:core/v1:Service store-headless",
      "kubernetes:core/v1:Service store-redis-master",
      "kubernetes:core/v1:Service store-redis-read",
      "random:index/randomPassword:RandomPassword store-password",
    ]);
  });

  it("tells clients where it is, and the URL as a secret", async () => {
    const { result } = await create();
    assert.deepEqual([result.host, result.port, result.secretName], ["redis-master.shop.svc", 6379, "session-store"]);
    assert.equal(await valueOf(result.url), url);
    assert.equal(await pulumi.isSecret(result.url), true);
  });

  it("makes a password of 32 letters and digits", async () => {
    assert.deepEqual((await create()).find(passwordType, "store-password").inputs, { length: 32, special: false });
  });

  it("keeps password and whole URL, percent-encoded, in one Secret, both secret", async () => {
    assert.deepEqual((await create()).find("kubernetes:core/v1:Secret", "store-secret").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "session-store", namespace: "shop", labels },
      stringData: secret({ password: nastyPassword, url }),
    });
  });

  it("names its immutable ConfigMap by the hash of the configuration and the scripts", async () => {
    const data = { "redis.conf": redisConf(args), ...scripts };
    assert.deepEqual((await create()).find("kubernetes:core/v1:ConfigMap", "store-config").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `redis-config-${contentHash(data)}`, namespace: "shop", labels },
      immutable: true,
      data,
    });
  });

  it("puts the password into no object but the Secret", async () => {
    for (const { type: resourceType, inputs } of (await create()).resources) {
      if (resourceType === "kubernetes:core/v1:Secret") continue;
      assert.equal(JSON.stringify(inputs).includes(nastyPassword), false, resourceType);
      assert.equal(JSON.stringify(inputs).includes(encodeURIComponent(nastyPassword)), false, resourceType);
    }
  });

  describe("Services", () => {
    const service = async (name: string) => (await create()).find("kubernetes:core/v1:Service", name).inputs;
    const metadata = (name: string) => ({ name, namespace: "shop", labels });
    const awaited = { annotations: { "pulumi.com/skipAwait": "true" } };

    it("name every member, ready or not", async () => {
      assert.deepEqual(await service("store-headless"), {
        apiVersion: "v1",
        kind: "Service",
        metadata: metadata("redis"),
        spec: { clusterIP: "None", publishNotReadyAddresses: true, selector, ports: [port] },
      });
    });

    it("lead clients to redis-0 alone", async () => {
      assert.deepEqual(await service("store-redis-master"), {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...metadata("redis-master"), ...awaited },
        spec: {
          type: "ClusterIP",
          selector: { ...selector, "statefulset.kubernetes.io/pod-name": "redis-0" },
          ports: [port],
        },
      });
    });

    it("spread reads over all members", async () => {
      assert.deepEqual(await service("store-redis-read"), {
        apiVersion: "v1",
        kind: "Service",
        metadata: { ...metadata("redis-read"), ...awaited },
        spec: { type: "ClusterIP", selector, ports: [port] },
      });
    });
  });

  it("runs its members as a StatefulSet, restricted, each on its own claim", async () => {
    const { find } = await create();
    const config = find("kubernetes:core/v1:ConfigMap", "store-config").inputs;
    const { metadata, spec } = find("kubernetes:apps/v1:StatefulSet", "store-members").inputs;
    assert.deepEqual(metadata, { name: "redis", namespace: "shop", labels });
    assert.deepEqual(spec, {
      serviceName: "redis",
      replicas: 3,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      selector: { matchLabels: selector },
      template: {
        metadata: {
          labels,
          annotations: { "session-stack/secrets-checksum": contentHash({ password: nastyPassword }) },
        },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 999,
            runAsGroup: 999,
            fsGroup: 999,
            fsGroupChangePolicy: "OnRootMismatch",
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [
            {
              name: "redis",
              image: "registry.example/valkey:8",
              command: ["sh", "/etc/session-store/start.sh"],
              env: [
                { name: "ENGINE", value: "valkey" },
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "PRIMARY_HOST", value: "redis-0.redis.shop.svc" },
              ],
              ports: [{ name: "redis", containerPort: 6379 }],
              startupProbe: { ...probe("live.sh"), periodSeconds: 1, failureThreshold: 600 },
              livenessProbe: { ...probe("live.sh"), periodSeconds: 10, failureThreshold: 6 },
              readinessProbe: { ...probe("ready.sh"), periodSeconds: 2, failureThreshold: 3 },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                readOnlyRootFilesystem: true,
              },
              resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "256Mi" } },
              volumeMounts: [
                { name: "data", mountPath: "/data" },
                { name: "config", mountPath: "/etc/session-store", readOnly: true },
                { name: "password", mountPath: "/run/secrets/session-store", readOnly: true },
                { name: "run", mountPath: "/run/session-store" },
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: (config.metadata as { name: string }).name } },
            {
              name: "password",
              secret: { secretName: "session-store", items: [{ key: "password", path: "password" }] },
            },
            { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data", labels: selector },
          spec: {
            accessModes: ["ReadWriteMany"],
            storageClassName: "nfs-client",
            resources: { requests: { storage: "1Gi" } },
          },
        },
      ],
    });
  });
});
