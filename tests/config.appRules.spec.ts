import assert from "node:assert/strict";
import { inside, minimal, problemsOf, read, refuses } from "./configs.ts";

const { app } = minimal;
const beside = { image: "proxy:1" };

describe("rules of the application's containers", () => {
  const name = "must differ from the names of the other containers, of which app is one";
  const port = "must differ from app.port and the ports of other sidecars: a pod's containers share its address";

  refuses(
    "app",
    inside([
      [
        {
          initContainers: [
            { name: "app", ...beside },
            { name: "a", ...beside },
          ],
          sidecars: [
            { name: "b", ...beside },
            { name: "a", ...beside },
            { name: "b", ...beside },
          ],
        },
        `.initContainers.0.name ${name}, got "app"`,
        `.sidecars.1.name ${name}, got "a"`,
        `.sidecars.2.name ${name}, got "b"`,
      ],
      [
        {
          port: 80,
          sidecars: [
            { name: "a", ...beside, port: 80 },
            { name: "b", ...beside, port: 81 },
            { name: "c", ...beside, port: 81 },
            { name: "d", ...beside },
            { name: "e", ...beside },
          ],
        },
        `.sidecars.0.port ${port}, got 80`,
        `.sidecars.2.port ${port}, got 81`,
      ],
      [
        { sidecars: [{ name: "a", ...beside, ready: "/ready" }] },
        ".sidecars.0.port is required with ready, which is asked there",
      ],
    ]),
  );

  const limits = ".resources.requests";
  refuses(
    "app",
    inside([
      [
        { resources: { requests: { memory: "512Mi" } } },
        `${limits}.memory must be at most the limit, app.resources.limits.memory (256Mi), got "512Mi"`,
      ],
      [
        { resources: { limits: { cpu: "40m", memory: "100M" } } },
        `${limits}.cpu must be at most the limit, app.resources.limits.cpu (40m), got "50m"`,
        `${limits}.memory must be at most the limit, app.resources.limits.memory (100M), got "128Mi"`,
      ],
      [
        {
          initContainers: [{ name: "a", ...beside, resources: { limits: { cpu: "1m" } } }],
          sidecars: [{ name: "b", ...beside, resources: { requests: { memory: "257Mi" } } }],
        },
        `.initContainers.0${limits}.cpu must be at most the limit, app.initContainers.0.resources.limits.cpu (1m), got "50m"`,
        `.sidecars.0${limits}.memory must be at most the limit, app.sidecars.0.resources.limits.memory (256Mi), got "257Mi"`,
      ],
    ]),
  );
});

describe("rules of the end and the user of the application's pods", () => {
  refuses(
    "app",
    inside([
      [{ graceSeconds: 10 }, ".graceSeconds must be greater than app.drainSeconds (10), which is a part of it, got 10"],
      [
        { drainSeconds: 300, graceSeconds: 60 },
        ".graceSeconds must be greater than app.drainSeconds (300), which is a part of it, got 60",
      ],
      [{ runAsUser: 0 }, ".runAsUser must not be 0, which is root, unless app.podSecurity is baseline, got 0"],
    ]),
  );
});

describe("rules of the application's variables", () => {
  const taken = "is set by session-stack; remove it";
  const both = "is in env, too; remove one of the two";
  const secret = { name: "tokens", key: "a" };

  refuses(
    "app",
    inside([
      [{ env: { SESSION_STORE: "redis://:hush@x" } }, `.env.SESSION_STORE ${taken}`],
      [
        { env: { POD_NAME: "x" }, secretEnv: { SESSION_SECRET: secret, SESSION_STORE_PASSWORD: secret } },
        `.env.POD_NAME ${taken}`,
        `.secretEnv.SESSION_SECRET ${taken}`,
        `.secretEnv.SESSION_STORE_PASSWORD ${taken}`,
      ],
      [{ sessionEnv: "REDIS", env: { REDIS: "x" } }, `.env.REDIS ${taken}`],
      [
        { sessionEnv: "SESSION_SECRET" },
        '.sessionEnv must not be SESSION_SECRET or POD_NAME, which hold something else, got "SESSION_SECRET"',
      ],
      [
        { sessionEnv: "POD_NAME" },
        '.sessionEnv must not be SESSION_SECRET or POD_NAME, which hold something else, got "POD_NAME"',
      ],
      [
        {
          env: { A: "hush", B: "x" },
          secretEnv: { A: secret },
          initContainers: [{ name: "a", ...beside, env: { C: "x" }, secretEnv: { C: secret, D: secret } }],
          sidecars: [{ name: "b", ...beside, env: { POD_NAME: "x" }, secretEnv: { POD_NAME: secret } }],
        },
        `.secretEnv.A ${both}`,
        `.initContainers.0.secretEnv.C ${both}`,
        `.sidecars.0.secretEnv.POD_NAME ${both}`,
      ],
    ]),
  );

  it("leave the variables of other containers to the user", async () => {
    const sidecars = [{ name: "a", ...beside, env: { SESSION_STORE: "x", POD_NAME: "y" } }];
    assert.deepEqual((await read({ app: { ...app, sidecars } })).app.sidecars[0]?.env, sidecars[0]?.env);
  });

  const longest = "x".repeat(2 ** 17 - 1 - "BIG=".length);

  it("let a variable be as long as Linux passes on, in any container", async () => {
    assert.equal((await read({ app: { ...app, env: { BIG: longest } } })).app.env.BIG, longest);
    const env = { BIG: `${longest}x` };
    const values = { env, sidecars: [{ name: "a", ...beside, env }] };
    const tooLong = "is longer than what Linux passes to a program: 131071 bytes with its name";
    assert.deepEqual(await problemsOf({ app: { ...app, ...values } }), [
      `shop:app.env.BIG ${tooLong}`,
      `shop:app.sidecars.0.env.BIG ${tooLong}`,
    ]);
  });

  it("fit into a ConfigMap together", async () => {
    const bytes = 2 ** 17 - 16;
    const wide = Object.fromEntries([..."ABCDEFG"].map((name) => [name, "é".repeat(bytes / 2)]));
    const env = { ...wide, H: "x".repeat(bytes), REST: "x".repeat(8 * 16) };
    assert.deepEqual((await read({ app: { ...app, env } })).app.env, env);
    assert.deepEqual(await problemsOf({ app: { ...app, env: { ...env, MORE: "x" } } }), [
      "shop:app.env must hold at most 1048576 bytes, as a ConfigMap does; they hold 1048577",
    ]);
  });
});

describe("rules of what is mounted", () => {
  const stateful = { workload: "statefulset" };
  const folder = "is a file, and a folder is mounted there; take another path";

  it("let files and folders lie in folders that are mounted", async () => {
    const files = { "/data/a.conf": "", "/tmp/b": "", "/data.conf": "", "/etc/session-store-tls/ca.crt": "" };
    const values = { ...stateful, claim: {}, files, writable: ["/tmp", "/tmp/cache", "/data/cache"] };
    assert.deepEqual((await read({ app: { ...app, ...values } })).app.files, files);
  });

  refuses(
    "app",
    inside([
      [
        { ...stateful, claim: { path: "/tmp" }, writable: ["/run", "/tmp"] },
        '.writable.1 must not be app.claim.path, which is writable already, got "/tmp"',
      ],
      [
        { ...stateful, claim: {}, files: { "/data": "hush", "/tmp": "hush" } },
        `.files./data ${folder}`,
        `.files./tmp ${folder}`,
      ],
      [
        {
          ...stateful,
          claim: { path: "/srv/data" },
          writable: ["/var/cache"],
          files: { "/etc/a": "", "/etc/a/b": "", "/srv": "", "/var": "", "/etc/ab": "" },
        },
        ".files./etc/a is a file, and cannot be the folder of /etc/a/b",
        ".files./srv is a file, and cannot be the folder of /srv/data",
        ".files./var is a file, and cannot be the folder of /var/cache",
      ],
    ]),
  );

  it("keep the folder of the store's certificate free", async () => {
    const certificate = "/etc/session-store-tls";
    const values = {
      ...stateful,
      claim: { path: `${certificate}/data` },
      writable: ["/etc/session-store-tls2", certificate],
      files: { [`${certificate}/ca.crt`]: "", "/etc": "" },
    };
    const there = `is where the store's certificate is, ${certificate}; take another path`;
    const store = { tls: { secretName: "store-tls" } };
    assert.deepEqual(await problemsOf({ store, app: { ...app, ...values } }), [
      "shop:app.files./etc is a file, and cannot be the folder of /etc/session-store-tls/ca.crt",
      `shop:app.files.${certificate}/ca.crt ${there}`,
      `shop:app.writable.1 ${there}`,
      `shop:app.claim.path ${there}`,
    ]);
  });

  it("let files hold 1 MiB together", async () => {
    const files = { "/a": "x".repeat(2 ** 20 - 2), "/b": "é" };
    assert.deepEqual((await read({ app: { ...app, files } })).app.files, files);
    assert.deepEqual(await problemsOf({ app: { ...app, files: { ...files, "/c": "x" } } }), [
      "shop:app.files must hold at most 1048576 bytes, as a ConfigMap does; they hold 1048577",
    ]);
  });
});
