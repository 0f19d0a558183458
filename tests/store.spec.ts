import assert from "node:assert/strict";
import { createStore, type StoreContext } from "../components/store.ts";
import { minimal, read } from "./configs.ts";
import { run, valueOf } from "./mocks.ts";

// What the stores are made of has tests of its own.

const context: StoreContext = {
  instance: "shop-dev",
  namespace: "shop",
  storage: { className: "block", accessMode: "ReadWriteOnce", resources: [] },
  passwordVersions: [1],
  protect: false,
};
const clientLabel = { "session-stack/store-client": "true" };
const inStack = { secretName: "session-store", secretKey: "url", clientLabel };

async function create(store: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const { store: settings } = await read({ store, ...more });
  const { result, resources } = await run(() => createStore(settings, context, {}));
  const components = resources.filter(({ type }) => type.startsWith("session-stack:"));
  const url = result.url === null ? null : await valueOf(result.url);
  return { ...result, url, registered: resources.length, components: components.length };
}

describe("the store by its kind", () => {
  it("redis: the URL out of its Secret, durable, without TLS", async () => {
    const { outputs, secretKey, connection, ca, rollOn, url, resources } = await create({});
    assert.deepEqual(outputs, {
      kind: "redis",
      host: "redis-master.shop.svc",
      port: 6379,
      tls: false,
      durable: true,
      ...inStack,
    });
    assert.deepEqual(secretKey, { name: "session-store", key: "url" });
    assert.deepEqual(connection, {
      HOST: { name: "session-store", key: "host" },
      PORT: { name: "session-store", key: "port" },
      USERNAME: { name: "session-store", key: "username" },
      PASSWORD: { name: "session-store", key: "password" },
    });
    assert.equal(ca, undefined);
    assert.deepEqual(Object.keys(rollOn), ["url"]);
    assert.match(url ?? "", /^redis:\/\//);
    assert.equal(resources.length, 1);
  });

  it("redis with TLS: the authority's certificate out of the same Secret", async () => {
    const { outputs, ca, url } = await create({ tls: { secretName: "store-tls" } });
    assert.equal(outputs?.tls, true);
    assert.deepEqual(ca, { name: "store-tls", key: "ca.crt" });
    assert.match(url ?? "", /^rediss:\/\//);
  });

  it("memcached: not durable", async () => {
    const { outputs, secretKey, connection, ca, rollOn, url, resources } = await create({ kind: "memcached" });
    assert.deepEqual(outputs, {
      kind: "memcached",
      host: "memcached.shop.svc",
      port: 11211,
      tls: false,
      durable: false,
      ...inStack,
    });
    assert.deepEqual(secretKey, { name: "session-store", key: "url" });
    assert.deepEqual(connection, {
      HOST: { name: "session-store", key: "host" },
      PORT: { name: "session-store", key: "port" },
    });
    assert.equal(ca, undefined);
    assert.deepEqual(Object.keys(rollOn), ["url"]);
    assert.equal(url, "memcached://memcached.shop.svc:11211");
    assert.equal(resources.length, 1);
  });

  it("external: makes nothing, knows where the URL is and not what it says", async () => {
    const external = { secretName: "cache", key: "redis.url", host: "cache.example.net", port: 6380, tls: true };
    assert.deepEqual(await create({ kind: "external", external }), {
      secretKey: { name: "cache", key: "redis.url" },
      connection: {},
      ca: undefined,
      rollOn: {},
      outputs: {
        kind: "external",
        host: "cache.example.net",
        port: 6380,
        tls: true,
        durable: true,
        secretName: "cache",
        secretKey: "redis.url",
        clientLabel,
      },
      url: null,
      resources: [],
      registered: 0,
      components: 0,
    });
  });

  it("external: null for the host and port that nobody told", async () => {
    const { outputs } = await create({ kind: "external", external: { secretName: "cache" } });
    assert.deepEqual([outputs?.host, outputs?.port, outputs?.tls], [null, null, false]);
  });

  it("none: nothing at all", async () => {
    const app = { ...minimal.app, workload: "statefulset" };
    assert.deepEqual(await create({ kind: "none" }, { app, affinity: { kind: "clientIP" } }), {
      secretKey: undefined,
      connection: {},
      ca: undefined,
      rollOn: {},
      outputs: null,
      url: null,
      resources: [],
      registered: 0,
      components: 0,
    });
  });
});
