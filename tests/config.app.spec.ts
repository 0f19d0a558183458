import assert from "node:assert/strict";
import { minimal, nfs, problemsOf, read, refuses, type Refusal } from "./configs.ts";

// Whether the image exists and answers on its paths is not known here.

const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const path = "must be an absolute path: it starts with / and has no spaces";
const cpu = 'must be a quantity of CPU in quotes, such as "50m" or "1.5"';
const memory = 'must be a quantity of memory or storage such as "256Mi" or "1Gi"';
const variable = "the name of an environment variable: letters, digits and _, no digit first";
const keys = "image, pullSecrets, workload, port, replicas, sessionEnv, session, env, health, resources, drainSeconds";

/** Refusals of keys inside `app`, each beside an image that is good. */
const inside = (refusals: [value: object, ...lines: string[]][]): Refusal[] =>
  refusals.map(([value, ...lines]) => [{ ...minimal.app, ...value }, ...lines]);

describe("configuration of the application", () => {
  it("takes every key", async () => {
    const app = {
      image: "registry.example:5000/a/b__c.d-e:V1@sha256:" + "f".repeat(64),
      pullSecrets: ["registry", "mirror.example"],
      workload: "deployment",
      port: 3000,
      replicas: 100,
      sessionEnv: "_REDIS_URL2",
      session: { cookie: "shop.sid", ttlSeconds: 60 },
      env: { LOG_LEVEL: "debug", _empty: "", SESSION_STORE: "free, for sessionEnv names another" },
      health: { live: "/live", ready: "/ready?full=1" },
      resources: { requests: { cpu: "0.5", memory: "64Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
      drainSeconds: 0,
    };
    assert.deepEqual((await read({ app })).app, app);
  });

  refuses("app", [
    [undefined, ` is missing: it must be an object (keys: ${keys})`],
    ["ghcr.io/acme/shop:1", ` must be an object (keys: ${keys}), got "ghcr.io/acme/shop:1"`],
    [{}, `.image is missing: it ${image}`],
    [{ image: "acme shop" }, `.image ${image}, got "acme shop"`],
    [{ image: 5 }, `.image ${image}, got 5`],
  ]);
  refuses(
    "app",
    inside([
      [{ pullSecrets: "registry" }, '.pullSecrets must be a list of Secret names, got "registry"'],
      [{ pullSecrets: ["registry", "mirror", "registry"] }, ".pullSecrets must name each Secret once"],
      [
        { pullSecrets: ["Registry", null] },
        '.pullSecrets.0 must be a DNS name in lower case, got "Registry"',
        ".pullSecrets.1 must be a DNS name in lower case, got null",
      ],
      [
        { workload: "statefulset" },
        '.workload must be deployment (statefulset is not yet supported), got "statefulset"',
      ],
      [{ workload: "job" }, '.workload must be deployment, got "job"'],
      [{ port: 0 }, ".port must be a whole number from 1 to 65535, got 0"],
      [{ port: 65536 }, ".port must be a whole number from 1 to 65535, got 65536"],
      [{ replicas: 0 }, ".replicas must be a whole number from 1 to 100, got 0"],
      [{ replicas: 101 }, ".replicas must be a whole number from 1 to 100, got 101"],
      [{ drainSeconds: -1 }, ".drainSeconds must be a whole number from 0 to 300, got -1"],
      [{ drainSeconds: 301 }, ".drainSeconds must be a whole number from 0 to 300, got 301"],
      [{ autoscale: { min: 2 } }, ".autoscale is not yet supported; remove it"],
      [{ secretEnv: {} }, ".secretEnv is not yet supported; remove it"],
      [{ args: [] }, ".args is not yet supported; remove it"],
      [{ files: null }, ".files is not yet supported; remove it"],
      [{ command: ["sh"] }, `.command is not a known key; allowed: ${keys}`],
      [{ session: "sid" }, '.session must be an object (keys: cookie, ttlSeconds), got "sid"'],
      [{ session: { name: "sid" } }, ".session.name is not a known key; allowed: cookie, ttlSeconds"],
      [
        { session: { cookie: "a;b", ttlSeconds: 59 } },
        '.session.cookie must be a cookie name of 1 to 64 token characters, got "a;b"',
        ".session.ttlSeconds must be a whole number from 60 to 31536000, got 59",
      ],
      [
        { session: { ttlSeconds: 31_536_001 } },
        ".session.ttlSeconds must be a whole number from 60 to 31536000, got 31536001",
      ],
      [
        { health: { live: "healthz", ready: "" } },
        `.health.live ${path}, got "healthz"`,
        `.health.ready ${path}, got ""`,
      ],
      [{ health: { path: "/" } }, ".health.path is not a known key; allowed: live, ready"],
      [{ health: "/healthz" }, '.health must be an object (keys: live, ready), got "/healthz"'],
    ]),
  );

  describe("environment", () => {
    refuses(
      "app",
      inside([
        [{ env: ["A=1"] }, ".env must map the names of environment variables to strings"],
        [{ env: { DEBUG: true } }, ".env.DEBUG must be a string: put numbers and booleans in quotes"],
        [{ env: { TOKEN: { secure: "v1:x" } } }, ".env.TOKEN must be a string: put numbers and booleans in quotes"],
        [{ env: { "1A": "x", "a-b": "y" } }, `.env.1A is not ${variable}`, `.env.a-b is not ${variable}`],
        [{ env: { SESSION_STORE: "redis://:hush@x" } }, ".env.SESSION_STORE is set by session-stack; remove it"],
        [
          { env: { POD_NAME: "x", SESSION_SECRET: "hush" } },
          ".env.POD_NAME is set by session-stack; remove it",
          ".env.SESSION_SECRET is set by session-stack; remove it",
        ],
        [{ sessionEnv: "REDIS", env: { REDIS: "x" } }, ".env.REDIS is set by session-stack; remove it"],
        [{ sessionEnv: "REDIS-URL" }, `.sessionEnv must be ${variable}, got "REDIS-URL"`],
        [
          { sessionEnv: "SESSION_SECRET" },
          '.sessionEnv must not be SESSION_SECRET or POD_NAME, which hold something else, got "SESSION_SECRET"',
        ],
        [
          { sessionEnv: "POD_NAME" },
          '.sessionEnv must not be SESSION_SECRET or POD_NAME, which hold something else, got "POD_NAME"',
        ],
      ]),
    );
  });

  describe("resources", () => {
    const limits = ".resources.requests";
    refuses(
      "app",
      inside([
        [{ resources: "small" }, '.resources must be an object (keys: requests, limits), got "small"'],
        [{ resources: { requests: 1 } }, ".resources.requests must be an object (keys: cpu, memory), got 1"],
        [{ resources: { limits: { gpu: 1 } } }, ".resources.limits.gpu is not a known key; allowed: cpu, memory"],
        [{ resources: { claims: [] } }, ".resources.claims is not a known key; allowed: requests, limits"],
        [
          { resources: { requests: { cpu: 1.5, memory: "1e9" }, limits: { cpu: "0", memory: "-1Gi" } } },
          `.resources.requests.cpu ${cpu}, got 1.5`,
          `.resources.requests.memory ${memory}, got "1e9"`,
          `.resources.limits.cpu ${cpu}, got "0"`,
          `.resources.limits.memory ${memory}, got "-1Gi"`,
        ],
        [
          { resources: { requests: { memory: "512Mi" } } },
          `${limits}.memory must be at most the limit, app.resources.limits.memory (256Mi), got "512Mi"`,
        ],
        [
          { resources: { limits: { cpu: "40m", memory: "100M" } } },
          `${limits}.cpu must be at most the limit, app.resources.limits.cpu (40m), got "50m"`,
          `${limits}.memory must be at most the limit, app.resources.limits.memory (100M), got "128Mi"`,
        ],
      ]),
    );
  });

  describe("in prod", () => {
    const pinned = "must be pinned in prod: give a tag other than latest, or a digest";

    it("takes pinned images and requests", async () => {
      const digest = "ghcr.io/acme/shop@sha256:" + "0".repeat(64);
      for (const good of ["ghcr.io/acme/shop:1.4.2", digest])
        assert.equal((await read({ app: { image: good } }, { stack: "prod" })).app.image, good);
    });

    it("refuses images that may change and missing requests", async () => {
      const values = {
        app: { image: "registry.example:5000/shop", resources: { requests: {} } },
        store: { image: "valkey:latest" },
        storage: { ...nfs, nfs: { ...nfs.nfs, provisionerImage: "provisioner" } },
      };
      assert.deepEqual(await problemsOf(values, { stack: "prod" }), [
        `shop:app.image ${pinned}, got "registry.example:5000/shop"`,
        `shop:store.image ${pinned}, got "valkey:latest"`,
        `shop:storage.nfs.provisionerImage ${pinned}, got "provisioner"`,
        "shop:app.resources.requests.cpu is required in prod",
        "shop:app.resources.requests.memory is required in prod",
      ]);
    });

    it("asks for neither elsewhere", async () => {
      const app = { image: "shop", resources: { requests: {} } };
      assert.deepEqual((await read({ app }, { stack: "production" })).app.resources.requests, {});
    });
  });
});
