import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { MemcachedStore, type MemcachedStoreArgs } from "../components/memcachedStore.ts";
import { children, run, secret, valueOf } from "./mocks.ts";

// That memcached starts with this command line is proved by the end-to-end topic "kinds".

const args: MemcachedStoreArgs = {
  instance: "shop-dev",
  namespace: "shop",
  image: "registry.example/memcached:1",
  memory: "64Mi",
};

const type = "session-stack:index:MemcachedStore";
const selector = { "app.kubernetes.io/name": "memcached", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "session-store",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

const create = (overrides: Partial<MemcachedStoreArgs> = {}) =>
  run(() => new MemcachedStore("store", { ...args, ...overrides }));

/** The object without its apiVersion, which the SDK adds. */
async function object(resourceType: string, name: string, overrides?: Partial<MemcachedStoreArgs>) {
  const { apiVersion, ...rest } = (await create(overrides)).find(resourceType, name).inputs;
  assert.equal(typeof apiVersion, "string");
  return rest;
}

describe("MemcachedStore", () => {
  it("makes these objects below itself", async () => {
    assert.deepEqual(children(await create(), type), [
      "kubernetes:apps/v1:Deployment store-deployment",
      "kubernetes:core/v1:Secret store-secret",
      "kubernetes:core/v1:Service store-service",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy store-policy",
    ]);
  });

  it("tells where it is, its URL as a secret", async () => {
    const { result } = await create();
    assert.deepEqual([result.host, result.port, result.secretName], ["memcached.shop.svc", 11211, "session-store"]);
    assert.equal(await valueOf(result.url), "memcached://memcached.shop.svc:11211");
    assert.equal(await pulumi.isSecret(result.url), true);
  });

  it("puts its URL and the parts of that into the Secret that every kind of store has", async () => {
    assert.deepEqual(await object("kubernetes:core/v1:Secret", "store-secret"), {
      kind: "Secret",
      metadata: { name: "session-store", namespace: "shop", labels },
      stringData: secret({
        host: "memcached.shop.svc",
        port: "11211",
        url: "memcached://memcached.shop.svc:11211",
      }),
    });
  });

  it("runs one restricted pod that writes nothing, never two at once", async () => {
    assert.deepEqual(await object("kubernetes:apps/v1:Deployment", "store-deployment"), {
      kind: "Deployment",
      metadata: { name: "memcached", namespace: "shop", labels },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 5,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 11211,
              runAsGroup: 11211,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "memcached",
                image: "registry.example/memcached:1",
                command: ["memcached", "-m", "48", "-p", "11211", "-U", "0"],
                ports: [{ name: "memcached", containerPort: 11211 }],
                startupProbe: {
                  tcpSocket: { port: "memcached" },
                  timeoutSeconds: 3,
                  periodSeconds: 1,
                  failureThreshold: 60,
                },
                livenessProbe: {
                  tcpSocket: { port: "memcached" },
                  timeoutSeconds: 3,
                  periodSeconds: 10,
                  failureThreshold: 3,
                },
                readinessProbe: {
                  tcpSocket: { port: "memcached" },
                  timeoutSeconds: 3,
                  periodSeconds: 2,
                  failureThreshold: 2,
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "64Mi" } },
              },
            ],
          },
        },
      },
    });
  });

  for (const [memory, mebibytes] of [
    ["32Mi", "24"],
    ["100M", "71"],
    ["1Gi", "768"],
  ]) {
    it(`keeps ${mebibytes} MiB of items in ${memory}`, async () => {
      const { find } = await create({ memory });
      const { spec } = find("kubernetes:apps/v1:Deployment", "store-deployment").inputs as unknown as {
        spec: { template: { spec: { containers: { command: string[] }[] } } };
      };
      assert.equal(spec.template.spec.containers[0]?.command[2], mebibytes);
    });
  }

  it("has a Service of its name", async () => {
    assert.deepEqual(await object("kubernetes:core/v1:Service", "store-service"), {
      kind: "Service",
      metadata: { name: "memcached", namespace: "shop", labels, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: {
        type: "ClusterIP",
        selector,
        ports: [{ name: "memcached", port: 11211, targetPort: "memcached" }],
      },
    });
  });

  it("lets clients of the store in and nobody else", async () => {
    assert.deepEqual(await object("kubernetes:networking.k8s.io/v1:NetworkPolicy", "store-policy"), {
      kind: "NetworkPolicy",
      metadata: { name: "memcached", namespace: "shop", labels },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { "session-stack/store-client": "true" } } }],
            ports: [{ protocol: "TCP", port: 11211 }],
          },
        ],
      },
    });
  });
});
