import assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { App, type AppArgs } from "../components/app.ts";
import { app as schema } from "../config/app.ts";
import { run } from "./mocks.ts";

/** What the tests of the application's component share. */

/** A stack that says nothing but its image. */
export const args: AppArgs = {
  ...schema.parse({ image: "ghcr.io/acme/shop:1.4.2" }),
  instance: "shop-dev",
  namespace: "shop",
  sessionStore: { name: "session-store", key: "url" },
  connection: {},
  storeCa: undefined,
  sessionSecret: { name: "session-secret", key: "keys" },
  rollOn: { url: pulumi.secret("redis://hush"), keys: "hush" },
  appSecrets: {},
  storage: { className: "nfs-client", accessMode: "ReadWriteMany" },
};

export const type = "session-stack:index:App";
export const selector = { "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "shop-dev" };
export const labels = {
  ...selector,
  "app.kubernetes.io/component": "app",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

/** What of the configuration's `app` is given, defaults filled in. */
const settings = (given: object) => schema.parse({ image: args.image, ...given });

/** The arguments for a configuration, with others in place of its own. */
export const argsFor = (given: object, overrides: Partial<AppArgs> = {}): AppArgs => ({
  ...args,
  ...settings(given),
  ...overrides,
});

export interface Workload {
  metadata: { labels: unknown; annotations?: unknown };
  spec: {
    selector: unknown;
    replicas: number;
    template: {
      metadata: { annotations: Record<string, unknown>; labels: unknown };
      spec: types.input.core.v1.PodSpec;
    };
    volumeClaimTemplates?: unknown;
  };
}

/** Runs the component for a configuration, and finds its Deployment. */
export async function create(given: object = {}, overrides: Partial<AppArgs> = {}) {
  const made = await run(() => new App("app", argsFor(given, overrides)));
  const deployment = made.find("kubernetes:apps/v1:Deployment", "app-deployment").inputs as unknown as Workload;
  return { made, deployment, ...partsOf(deployment) };
}

/** The same for a StatefulSet. */
export async function stateful(given: object = {}, overrides: Partial<AppArgs> = {}) {
  const made = await run(() => new App("app", argsFor({ workload: "statefulset", ...given }, overrides)));
  const set = made.find("kubernetes:apps/v1:StatefulSet", "app-set").inputs as unknown as Workload;
  return { made, set, ...partsOf(set) };
}

/** The pod's template, and its container of the application. */
function partsOf(workload: Workload) {
  const pod = workload.spec.template;
  const [container] = pod.spec.containers as types.input.core.v1.Container[];
  assert.ok(container !== undefined);
  return { pod, container };
}
