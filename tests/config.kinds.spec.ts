import assert from "node:assert/strict";
import { ingress, minimal, problemsOf, read, refuses, warned, type Refusal } from "./configs.ts";

// Whether an external Secret is there, and what its URL says, is not known here.

const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const { app } = minimal;
const stateful = { ...app, workload: "statefulset" };
const clientIP = { kind: "clientIP" };

describe("configuration of a store other than redis", () => {
  it("takes every key of memcached and fills in its defaults", async () => {
    const store = { kind: "memcached", image: "registry.example/memcached:1", memory: "1Gi" };
    assert.deepEqual((await read({ store })).store, store);
    assert.deepEqual((await read({ store: { kind: "memcached" } })).store, {
      kind: "memcached",
      image: "docker.io/library/memcached:1.6.38",
      memory: "64Mi",
    });
  });

  it("takes every key of an external store and fills in its defaults", async () => {
    const store = {
      kind: "external",
      external: { secretName: "cache", key: "redis.url", host: "cache.example.net", port: 6380, tls: true },
    };
    assert.deepEqual((await read({ store })).store, store);
    assert.deepEqual((await read({ store: { kind: "external", external: { secretName: "cache" } } })).store, {
      kind: "external",
      external: { secretName: "cache", key: "url", tls: false },
    });
  });

  it("takes no store with affinity of either kind", async () => {
    const store = { kind: "none" };
    assert.deepEqual((await read({ store, app: stateful, affinity: clientIP })).store, store);
    assert.deepEqual((await read({ store, app: stateful, ingress, affinity: { kind: "cookie" } })).store, store);
  });

  refuses("store", [
    [{ kind: "memcached", image: "Memcached" }, `.image ${image}, got "Memcached"`],
    [{ kind: "memcached", memory: "31Mi" }, '.memory must be at least 32Mi, got "31Mi"'],
    [
      { kind: "memcached", replicas: 2, size: "1Gi" },
      ".replicas is not a key of kind memcached; allowed: kind, image, memory",
      ".size is not a key of kind memcached; allowed: kind, image, memory",
    ],
    [{ kind: "external" }, ".external is missing: it must be an object (keys: secretName, key, host, port, tls)"],
    [{ kind: "external", external: {} }, ".external.secretName is missing: it must be a DNS name in lower case"],
    [
      { kind: "external", external: { secretName: "x", key: "a/b", host: "redis://x", port: 0, tls: "yes" } },
      '.external.key must be a key of a Secret, got "a/b"',
      '.external.host must be a DNS name in lower case, got "redis://x"',
      ".external.port must be a whole number from 1 to 65535, got 0",
      '.external.tls must be true or false, got "yes"',
    ],
    ...[".", "..", "..data", "k".repeat(254)].map((key): Refusal => [
      { kind: "external", external: { secretName: "x", key } },
      `.external.key must be a key of a Secret, got "${key}"`,
    ]),
    [
      { kind: "external", external: { secretName: "x", url: "redis://x" } },
      ".external.url is not a known key; allowed: secretName, key, host, port, tls",
    ],
    [
      { kind: "external", external: { secretName: "x" }, memory: "64Mi" },
      ".memory is not a key of kind external; allowed: kind, external",
    ],
    [
      { kind: "none" },
      ".kind none leaves the sessions to the pods, and then a visitor has to come back to the same pod: set affinity.kind to cookie (with an ingress) or clientIP (without one), or use store.kind redis, memcached or external",
      ".kind none leaves the sessions to the pods, which then have to come back as the same: set app.workload to statefulset, or use store.kind redis, memcached or external",
    ],
    [{ kind: "none", image: "x" }, ".image is not a key of kind none; allowed: kind"],
  ]);
});

describe("configuration of variables beside a store", () => {
  const taken = (name: string) => [`shop:app.env.${name} is set by session-stack; remove it`];

  it("leaves SESSION_STORE to the user where there is no store", async () => {
    const env = { SESSION_STORE: "memory:" };
    const none = await read({ store: { kind: "none" }, affinity: clientIP, app: { ...stateful, env } });
    assert.deepEqual(none.app.env, env);
    assert.deepEqual(await problemsOf({ store: { kind: "memcached" }, app: { ...app, env } }), taken("SESSION_STORE"));
  });

  it("sets what is derived of SESSION_STORE where the kind has it", async () => {
    const names = ["SESSION_STORE_HOST", "SESSION_STORE_PORT", "SESSION_STORE_USERNAME", "SESSION_STORE_PASSWORD"];
    const env = Object.fromEntries(names.map((name) => [name, "hush-hush"]));
    const external = { kind: "external", external: { secretName: "cache" } };
    assert.deepEqual((await read({ store: external, app: { ...app, env } })).app.env, env);
    const lines = async (store: object) => problemsOf({ store, app: { ...app, env } });
    assert.deepEqual(await lines({}), names.flatMap(taken));
    assert.deepEqual(await lines({ kind: "memcached" }), names.slice(0, 2).flatMap(taken));
    const renamed = { ...app, sessionEnv: "REDIS", env: { REDIS: "x", REDIS_HOST: "x", ...env } };
    assert.deepEqual(await problemsOf({ app: renamed }), [...taken("REDIS"), ...taken("REDIS_HOST")]);
  });

  it("sets SESSION_STORE_CA with TLS alone", async () => {
    const env = { SESSION_STORE_CA: "/ca.crt" };
    const tls = { secretName: "store-tls" };
    assert.deepEqual((await read({ app: { ...app, env } })).app.env, env);
    assert.deepEqual(await problemsOf({ store: { tls }, app: { ...app, env } }), taken("SESSION_STORE_CA"));
    assert.deepEqual(await problemsOf({ store: { tls }, app: { ...app, sessionEnv: "SESSION_STORE_CA" } }), [
      'shop:app.sessionEnv must not be SESSION_SECRET, POD_NAME or SESSION_STORE_CA, which hold something else, got "SESSION_STORE_CA"',
    ]);
  });
});

describe("configuration of rotation", () => {
  it("takes up to three versions of each, the one in use first", async () => {
    const rotation = { password: [3, 1, 2], signingKeys: [9999] };
    assert.deepEqual((await read({ rotation })).rotation, rotation);
  });

  it("takes the default beside what has no versions", async () => {
    const rotation = { password: [1], signingKeys: [1] };
    const sessionSecretRef = { name: "signing", key: "keys" };
    assert.deepEqual((await read({ rotation, sessionSecretRef, store: { kind: "memcached" } })).rotation, rotation);
  });

  refuses("rotation", [
    [{ password: [] }, ".password needs at least one version"],
    [
      { password: [4, 3, 2, 1] },
      ".password must hold at most 3 versions: the one in use, and those on their way in or out",
    ],
    [{ password: [2, 1, 2] }, ".password must not repeat a version"],
    [{ password: [0] }, ".password.0 must be a whole number from 1 to 9999, got 0"],
    [
      { signingKeys: [1.5, "2"] },
      ...[
        ".signingKeys.0 must be a whole number from 1 to 9999, got 1.5",
        '.signingKeys.1 must be a whole number from 1 to 9999, got "2"',
      ],
    ],
    [{ signingKeys: 2 }, ".signingKeys must be a list of version numbers, the one in use first, got 2"],
    [{ keys: [1] }, ".keys is not a known key; allowed: password, signingKeys"],
  ]);

  it("refuses versions of passwords where the store has none of ours", async () => {
    assert.deepEqual(await problemsOf({ rotation: { password: [2, 1] }, store: { kind: "memcached" } }), [
      "shop:rotation.password is for the passwords of store.kind redis; remove it (store.kind is memcached)",
    ]);
  });

  it("refuses versions of signing keys that are the user's", async () => {
    const key = "0123456789abcdef0123456789abcdef";
    const rotation = { signingKeys: [2, 1] };
    const line = (given: string) =>
      `shop:rotation.signingKeys is for keys that are made here; remove it and put the new key first in ${given}`;
    const secretKeys = ["sessionSecret"];
    assert.deepEqual(await problemsOf({ rotation, sessionSecret: key }, { secretKeys }), [line("sessionSecret")]);
    assert.deepEqual(await problemsOf({ rotation, sessionSecretRef: { name: "signing", key: "keys" } }), [
      line("sessionSecretRef"),
    ]);
  });
});

describe("warnings of a configuration", () => {
  const tls = { secretName: "store-tls" };
  const external = (encrypted: boolean) => ({ kind: "external", external: { secretName: "cache", tls: encrypted } });

  const everysec =
    "store.durability everysec in prod: the writes of the last second or two, acknowledged already, are lost when the node fails. Use always to keep them.";
  const plain =
    "store.tls null in prod: sessions and the store's password cross the cluster's network in plain text. Set store.tls.secretName to encrypt them.";
  const cases: [stack: string, values: Record<string, unknown>, ...lines: string[]][] = [
    ["dev", {}],
    ["dev", { store: { durability: "everysec" } }],
    ["prod", { store: { tls } }],
    ["prod", {}, plain],
    ["prod", { store: { tls, durability: "everysec" } }, everysec],
    ["prod", { store: { durability: "everysec" } }, everysec, plain],
    ["dev", { store: external(false) }],
    ["prod", { store: external(true) }],
    [
      "prod",
      { store: external(false) },
      "store.external.tls false in prod: sessions and the store's password cross the network in plain text. Use a rediss:// URL and say so.",
    ],
    [
      "dev",
      { store: { kind: "memcached" } },
      "store.kind memcached keeps sessions in memory alone: all sessions are lost when its pod restarts. Use redis to keep them.",
    ],
    [
      "dev",
      { store: { kind: "none" }, app: stateful, affinity: clientIP },
      "store.kind none: each session lives in one pod and is lost with it, so a rollout of the application logs everybody out. Use redis to keep them.",
    ],
    [
      "dev",
      { store: { kind: "none" }, app: { ...stateful, claim: {} }, affinity: clientIP },
      "store.kind none: each session lives in one pod, and whoever comes while that pod is away is led to another one and logged out. Use redis to let the others serve.",
    ],
  ];
  for (const [stack, values, ...lines] of cases) {
    it(`${lines.length} in stack ${stack} for ${JSON.stringify(values)}`, async () => {
      assert.deepEqual(await warned(values, { stack }), lines);
    });
  }
});
