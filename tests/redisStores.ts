import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { RedisStore, type RedisStoreArgs } from "../components/redisStore.ts";
import { run, type Run } from "./mocks.ts";

/** A store as the tests make it, unless they say otherwise. */
export const args: RedisStoreArgs = {
  instance: "shop-dev",
  namespace: "shop",
  engine: "valkey",
  image: "registry.example/valkey:8",
  replicas: 2,
  durability: "always",
  eviction: "noeviction",
  memory: "256Mi",
  size: "1Gi",
  keyPrefix: "sess:",
  corruptTail: "repair",
  tls: null,
  metrics: null,
  backup: null,
  passwordVersions: [1],
  protect: false,
  storageClassName: "nfs-client",
  accessMode: "ReadWriteMany",
};

/** Where a test wants its certificates from. */
export const tls = { secretName: "store-tls" };

/** Labels by which the members are found, and all of theirs. */
export const selector = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "shop-dev" };
export const labels = {
  ...selector,
  "app.kubernetes.io/component": "session-store",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

/** Metadata of one of its objects. */
export const metadata = (name: string) => ({ name, namespace: "shop", labels });

/** Makes one with these changes. */
export const create = (overrides: Partial<RedisStoreArgs> = {}, opts?: pulumi.ComponentResourceOptions) =>
  run(() => new RedisStore("store", { ...args, ...overrides }, opts));

/** The ConfigMap of a store, whose resource is named after its content. */
export function configOf({ resources }: Run<RedisStore>): Record<string, unknown> {
  const [config] = resources.filter(({ name }) => name.startsWith("store-config-"));
  assert.ok(config !== undefined);
  return config.inputs;
}

/** Options with which it made each of its resources, by name: mocks do not tell them. */
export async function optionsOf(overrides: Partial<RedisStoreArgs> = {}) {
  const options = new Map<string, pulumi.CustomResourceOptions>();
  const note: pulumi.ResourceTransformation = ({ name, opts }) => {
    options.set(name, opts);
    return undefined;
  };
  await create(overrides, { transformations: [note] });
  return options;
}
