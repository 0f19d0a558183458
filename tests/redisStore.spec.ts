import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "../components/hash.ts";
import { redisConf } from "../components/redis/conf.ts";
import { children, valueOf } from "./mocks.ts";
import { args, create, labels, metadata, optionsOf, selector } from "./redisStores.ts";

// What options change is tested in redisStore.options.spec.ts, users and passwords in redisStore.passwords.spec.ts.
// Not proved here: that a server starts with what it is given (end-to-end suite).

const port = { name: "redis", port: 6379, targetPort: "redis" };
const components = new URL("../components/redis/", import.meta.url);
const scripts = Object.fromEntries(
  readdirSync(components)
    .filter((file) => file.endsWith(".sh"))
    .map((file) => [file, readFileSync(new URL(file, components), "utf8")]),
);

const probe = (script: string) => ({ exec: { command: ["sh", `/etc/session-store/${script}`] }, timeoutSeconds: 5 });

describe("RedisStore", () => {
  it("makes these objects below itself", async () => {
    assert.deepEqual(children(await create(), "session-stack:index:RedisStore"), [
      "kubernetes:apps/v1:StatefulSet store-members",
      "kubernetes:batch/v1:CronJob store-restore",
      "kubernetes:core/v1:ConfigMap store-config",
      "kubernetes:core/v1:Secret store-secret",
      "kubernetes:core/v1:Secret store-users",
      "kubernetes:core/v1:Service store-headless",
      "kubernetes:core/v1:Service store-redis-master",
      "kubernetes:core/v1:Service store-redis-read",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy store-policy",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy store-restore-policy",
      "kubernetes:policy/v1:PodDisruptionBudget store-budget",
      "random:index/randomPassword:RandomPassword store-admin-1",
      "random:index/randomPassword:RandomPassword store-app-1",
      "random:index/randomPassword:RandomPassword store-backup-1",
      "random:index/randomPassword:RandomPassword store-metrics-1",
      "random:index/randomPassword:RandomPassword store-replica-1",
    ]);
  });

  it("tells clients where it is, and the URL as a secret", async () => {
    const { result } = await create();
    assert.deepEqual([result.host, result.port, result.secretName], ["redis-master.shop.svc", 6379, "session-store"]);
    assert.equal(
      await valueOf(result.url),
      "redis://app:p%40ss%2Fw%3Ard%3F%23%25%26%2B%20%C3%BC@redis-master.shop.svc:6379/0",
    );
    assert.equal(await pulumi.isSecret(result.url), true);
  });

  it("names its immutable ConfigMap by the hash of the configuration and of every script", async () => {
    const data = { "redis.conf": redisConf({ ...args, tls: false }), ...scripts };
    assert.deepEqual((await create()).find("kubernetes:core/v1:ConfigMap", "store-config").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(`redis-config-${contentHash(data)}`),
      immutable: true,
      data,
    });
  });

  describe("Services", () => {
    const service = async (name: string) => (await create()).find("kubernetes:core/v1:Service", name).inputs;
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

  it("protects its members by a disruption budget and a network policy", async () => {
    const { find } = await create();
    assert.deepEqual(find("kubernetes:policy/v1:PodDisruptionBudget", "store-budget").inputs, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata("redis"),
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector },
      },
    });
    assert.deepEqual(find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "store-policy").inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: metadata("redis"),
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              { podSelector: { matchLabels: selector } },
              { podSelector: { matchLabels: { "session-stack/store-client": "true" } } },
            ],
            ports: [{ protocol: "TCP", port: 6379 }],
          },
        ],
      },
    });
  });

  it("starts members after what they need, and leads clients to them last", async () => {
    const options = await optionsOf();
    const needs = (name: string) =>
      [options.get(name)?.dependsOn ?? []].flat().map((resource) => (resource as { __name?: string }).__name);
    assert.deepEqual(needs("store-members"), ["store-secret", "store-users", "store-headless"]);
    for (const service of ["store-redis-master", "store-redis-read"])
      assert.deepEqual(needs(service), ["store-members"], service);
  });

  it("runs its members as a StatefulSet, restricted, each on its own claim", async () => {
    const { find } = await create();
    const config = find("kubernetes:core/v1:ConfigMap", "store-config").inputs;
    const { metadata: ofSet, spec } = find("kubernetes:apps/v1:StatefulSet", "store-members").inputs;
    assert.deepEqual(ofSet, metadata("redis"));
    assert.deepEqual(spec, {
      serviceName: "redis",
      replicas: 3,
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
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
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: selector },
            },
          ],
          containers: [
            {
              name: "redis",
              image: "registry.example/valkey:8",
              command: ["sh", "/etc/session-store/start.sh"],
              env: [
                { name: "ENGINE", value: "valkey" },
                { name: "NAMESPACE", value: "shop" },
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "PRIMARY_HOST", value: "redis-0.redis.shop.svc" },
                { name: "KEY_PREFIX", value: "sess:" },
                { name: "CORRUPT_TAIL", value: "repair" },
                { name: "TLS", value: "no" },
              ],
              ports: [{ name: "redis", containerPort: 6379 }],
              startupProbe: { ...probe("live.sh"), periodSeconds: 1, failureThreshold: 600 },
              livenessProbe: { ...probe("live.sh"), periodSeconds: 10, failureThreshold: 12 },
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
                { name: "users", mountPath: "/run/secrets/session-store", readOnly: true },
                { name: "run", mountPath: "/run/session-store" },
              ],
            },
          ],
          volumes: [
            { name: "config", configMap: { name: (config.metadata as { name: string }).name } },
            { name: "users", secret: { secretName: "session-store-users" } },
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
