import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { App, type AppArgs } from "../components/app.ts";
import { contentHash } from "../components/hash.ts";
import { children, run } from "./mocks.ts";

// That a rollout loses no request is not proved here.

const args: AppArgs = {
  instance: "shop-dev",
  namespace: "shop",
  image: "ghcr.io/acme/shop:1.4.2",
  pullSecrets: [],
  port: 8080,
  replicas: 3,
  sessionEnv: "SESSION_STORE",
  sessionStore: { name: "session-store", key: "url" },
  sessionSecret: { name: "session-secret", key: "keys" },
  rollOn: { url: pulumi.secret("redis://hush"), keys: "hush" },
  env: {},
  health: { live: "/healthz", ready: "/readyz" },
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  drainSeconds: 10,
};

const type = "session-stack:index:App";
const selector = { "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "app",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

interface Deployment {
  metadata: unknown;
  spec: {
    selector: unknown;
    template: {
      metadata: { annotations: Record<string, unknown>; labels: unknown };
      spec: {
        imagePullSecrets?: unknown;
        terminationGracePeriodSeconds: number;
        containers: Container[];
        volumes?: unknown;
      };
    };
  };
}

interface Container {
  env: unknown;
  ports: unknown;
  lifecycle?: unknown;
  volumeMounts?: unknown;
}

async function create(overrides: Partial<AppArgs> = {}) {
  const made = await run(() => new App("app", { ...args, ...overrides }));
  const deployment = made.find("kubernetes:apps/v1:Deployment", "app-deployment").inputs as unknown as Deployment;
  const [container] = deployment.spec.template.spec.containers;
  assert.ok(container !== undefined);
  return { made, deployment, pod: deployment.spec.template, container };
}

describe("App", () => {
  it("makes one Deployment below itself", async () => {
    const { made } = await create();
    assert.deepEqual(children(made, type), ["kubernetes:apps/v1:Deployment app-deployment"]);
    assert.equal(made.result.workload, "app");
    assert.deepEqual(made.result.selector, selector);
  });

  it("rolls without an unavailable pod, restricted, with the store's URL and the signing keys out of Secrets", async () => {
    const { deployment } = await create();
    assert.deepEqual(deployment, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "app", namespace: "shop", labels },
      spec: {
        replicas: 3,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: selector },
        template: {
          metadata: {
            labels: { ...labels, "session-stack/store-client": "true" },
            annotations: {
              "session-stack/secrets-checksum": contentHash({ url: "redis://hush", keys: "hush" }),
            },
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 40,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "app",
                image: "ghcr.io/acme/shop:1.4.2",
                env: [
                  { name: "SESSION_STORE", valueFrom: { secretKeyRef: { name: "session-store", key: "url" } } },
                  { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "session-secret", key: "keys" } } },
                  { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                ],
                ports: [{ name: "http", containerPort: 8080 }],
                startupProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 1, failureThreshold: 120 },
                livenessProbe: {
                  httpGet: { path: "/healthz", port: "http" },
                  periodSeconds: 10,
                  timeoutSeconds: 5,
                  failureThreshold: 3,
                },
                readinessProbe: {
                  httpGet: { path: "/readyz", port: "http" },
                  periodSeconds: 2,
                  timeoutSeconds: 3,
                  failureThreshold: 2,
                },
                lifecycle: { preStop: { sleep: { seconds: 10 } } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
              },
            ],
          },
        },
      },
    });
  });

  it("pulls its image with the Secrets that are named", async () => {
    const { pod } = await create({ pullSecrets: ["registry", "mirror"] });
    assert.deepEqual(pod.spec.imagePullSecrets, [{ name: "registry" }, { name: "mirror" }]);
  });

  it("does not pause before it stops when there is nothing to drain", async () => {
    const { pod, container } = await create({ drainSeconds: 0 });
    assert.equal("lifecycle" in container, false);
    assert.equal(pod.spec.terminationGracePeriodSeconds, 30);
  });

  it("gets the user's variables after its own, and the store's URL by the name that is asked for", async () => {
    const { container } = await create({
      sessionEnv: "REDIS_URL",
      sessionSecret: { name: "signing", key: "k" },
      env: { LOG_LEVEL: "debug", EMPTY: "" },
    });
    assert.deepEqual(container.env, [
      { name: "REDIS_URL", valueFrom: { secretKeyRef: { name: "session-store", key: "url" } } },
      { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "signing", key: "k" } } },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "LOG_LEVEL", value: "debug" },
      { name: "EMPTY", value: "" },
    ]);
  });

  it("without a store gets no URL and is no client of one", async () => {
    const { container, pod } = await create({ sessionStore: undefined, env: { SESSION_STORE: "memory:" } });
    assert.deepEqual(container.env, [
      { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "session-secret", key: "keys" } } },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      { name: "SESSION_STORE", value: "memory:" },
    ]);
    assert.deepEqual(pod.metadata.labels, labels);
  });

  it("checks the store's certificate by the authority's, of whose Secret it gets nothing else", async () => {
    const { container, pod } = await create({ storeCa: { name: "store-tls", key: "ca.crt" } });
    assert.deepEqual(container.env, [
      { name: "SESSION_STORE", valueFrom: { secretKeyRef: { name: "session-store", key: "url" } } },
      { name: "SESSION_STORE_CA", value: "/etc/session-store-tls/ca.crt" },
      { name: "SESSION_SECRET", valueFrom: { secretKeyRef: { name: "session-secret", key: "keys" } } },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ]);
    assert.deepEqual(container.volumeMounts, [
      { name: "session-store-ca", mountPath: "/etc/session-store-tls", readOnly: true },
    ]);
    assert.deepEqual(pod.spec.volumes, [
      {
        name: "session-store-ca",
        secret: { secretName: "store-tls", items: [{ key: "ca.crt", path: "ca.crt" }] },
      },
    ]);
  });

  it("listens on the port that is given", async () => {
    const { container } = await create({ port: 3000 });
    assert.deepEqual(container.ports, [{ name: "http", containerPort: 3000 }]);
  });

  it("rolls its pods when a secret changes, whose value is nowhere in the Deployment", async () => {
    const before = await create();
    const after = await create({ rollOn: { url: pulumi.secret("redis://other"), keys: "hush" } });
    assert.notDeepEqual(after.pod.metadata.annotations, before.pod.metadata.annotations);
    assert.equal(JSON.stringify(before.deployment).includes("hush"), false);
  });

  it("selects by constants: neither version nor client label is in the selector", async () => {
    const { deployment } = await create({ image: "ghcr.io/acme/shop:2", sessionEnv: "X" });
    assert.deepEqual(deployment.spec.selector, { matchLabels: selector });
  });

  it("does not collide with the application of another stack", async () => {
    const { resources } = await run(() => {
      new App("one", args);
      new App("two", { ...args, namespace: "other", instance: "shop-other" });
    });
    const places = resources.flatMap(({ inputs }) => (inputs.metadata as { namespace?: string })?.namespace ?? []);
    assert.deepEqual(places.sort(), ["other", "shop"]);
  });
});
