import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { App } from "../components/app.ts";
import { keyedHash } from "../components/hash.ts";
import { args, create, labels, selector, type } from "./apps.ts";
import { children, nastyPassword, run } from "./mocks.ts";

// That a rollout loses no request is not proved here.

describe("App", () => {
  it("makes a Deployment, a budget for drains and a policy for connections below itself, and no ConfigMap of nothing", async () => {
    const { made } = await create();
    assert.deepEqual(children(made, type), [
      "kubernetes:apps/v1:Deployment app-deployment",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy app-policy",
      "kubernetes:policy/v1:PodDisruptionBudget app-budget",
      "random:index/randomPassword:RandomPassword app-checksum-key",
    ]);
    assert.equal(made.result.workload, "app");
    assert.deepEqual(made.result.selector, selector);
  });

  it("rolls without an unavailable pod, restricted, with the store's URL and the signing keys out of Secrets", async () => {
    const { deployment } = await create();
    assert.deepEqual(deployment, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "app", namespace: "shop", labels, annotations: { "pulumi.com/patchForce": "true" } },
      spec: {
        replicas: 3,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        progressDeadlineSeconds: 300,
        revisionHistoryLimit: 10,
        selector: { matchLabels: selector },
        template: {
          metadata: {
            labels: { ...labels, "session-stack/store-client": "true" },
            annotations: {
              "session-stack/secrets-checksum": keyedHash(nastyPassword, { url: "redis://hush", keys: "hush" }),
            },
          },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 40,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: selector },
              matchLabelKeys: ["pod-template-hash"],
            })),
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
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ["ALL"] },
                  readOnlyRootFilesystem: true,
                },
                resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
                volumeMounts: [{ name: "writable-0", mountPath: "/tmp" }],
              },
            ],
            volumes: [{ name: "writable-0", emptyDir: {} }],
          },
        },
      },
    });
  });

  it("lets a drain take one pod at a time, and any that is not ready", async () => {
    const { made } = await create();
    assert.deepEqual(made.find("kubernetes:policy/v1:PodDisruptionBudget", "app-budget").inputs, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "app", namespace: "shop", labels },
      spec: {
        maxUnavailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector },
      },
    });
  });

  it("lets everybody connect to the application's port, and to no other", async () => {
    const { made } = await create({ port: 3000, sidecars: [{ name: "proxy", image: "proxy:1", port: 9000 }] });
    assert.deepEqual(made.find("kubernetes:networking.k8s.io/v1:NetworkPolicy", "app-policy").inputs, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "app", namespace: "shop", labels },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ["Ingress"],
        ingress: [{ ports: [{ protocol: "TCP", port: 3000 }] }],
      },
    });
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
    assert.deepEqual(places.sort(), ["other", "other", "other", "shop", "shop", "shop"]);
  });

  it("has no secret outside of a Secret and of what Pulumi generated", async () => {
    const appSecrets = { "db-password": pulumi.secret("hush") };
    const { made } = await create({ secretEnv: { DB_PASSWORD: { config: "db-password" } } }, { appSecrets });
    const holders = made.resources.filter(({ inputs }) => JSON.stringify(inputs).includes("hush"));
    assert.deepEqual(
      holders.map(({ name }) => name),
      ["app-secrets"],
    );
  });
});
