import assert from "node:assert/strict";
import { ingress, inside, nfs, problemsOf, read, refuses } from "./configs.ts";

// Whether the image exists and answers on its paths is not known here.

const image = "must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2";
const path = "must be an absolute path: it starts with / and has no spaces";
const cpu = 'must be a quantity of CPU in quotes, such as "50m" or "1.5"';
const memory = 'must be a quantity of memory or storage such as "256Mi" or "1Gi"';
const variable = "the name of an environment variable: letters, digits and _, no digit first";
const keys =
  "image, pullSecrets, workload, port, replicas, autoscale, rollout, claim, scheduling, sessionEnv, session, command, args, env, secretEnv, files, health, resources, initContainers, sidecars, podSecurity, runAsUser, readOnlyRoot, writable, drainSeconds, graceSeconds";
const folder = 'must be written the shortest way: not / alone, no / at its end, no empty part, no . or .., no ":"';

describe("configuration of the application", () => {
  it("takes every key", async () => {
    const container = {
      image: "busybox:1.37",
      command: ["sh"],
      args: ["-c", "true"],
      env: { A: "1" },
      secretEnv: { B: { name: "keys", key: "b" } },
      resources: { requests: { cpu: "1m" }, limits: {} },
    };
    const app = {
      image: "registry.example:5000/a/b__c.d-e:V1@sha256:" + "f".repeat(64),
      pullSecrets: ["registry", "mirror.example"],
      workload: "deployment",
      port: 3000,
      autoscale: { min: 2, max: 1000, cpuPercent: 50, scaleDownSeconds: 0 },
      rollout: { maxUnavailable: 0, maxSurge: "25%", minReadySeconds: 5, deadlineSeconds: 10, history: 0 },
      claim: null,
      scheduling: {
        spread: "required",
        antiAffinity: "preferred",
        nodeSelector: { "shop.example/pool": "web", role: "" },
        tolerations: [
          { operator: "Exists" },
          { operator: "Equal", key: "pool", value: "web", effect: "NoExecute", tolerationSeconds: 0 },
        ],
        priorityClassName: "high",
      },
      sessionEnv: "_REDIS_URL2",
      session: { cookie: "shop.sid", ttlSeconds: 60 },
      command: ["node"],
      args: ["--port", "$(PORT)", ""],
      env: { LOG_LEVEL: "debug", _empty: "", SESSION_STORE: "free, for sessionEnv names another" },
      secretEnv: { TOKEN: { name: "tokens", key: "token.txt" } },
      files: { "/etc/shop/shop.conf": "a\nb", "/run.sh": "" },
      health: {
        kind: "http",
        live: "/live",
        ready: "/ready?full=1",
        port: 9000,
        startupSeconds: 1,
        unreadySeconds: 300,
      },
      resources: { requests: { cpu: "0.5", memory: "64Mi" }, limits: { cpu: "500m", memory: "64Mi" } },
      initContainers: [{ name: "migrate", ...container }],
      sidecars: [{ name: "proxy", port: 9001, ready: "/ready", ...container }],
      podSecurity: "baseline",
      runAsUser: 0,
      readOnlyRoot: false,
      writable: ["/tmp", "/var/cache/shop"],
      drainSeconds: 0,
      graceSeconds: 1,
    };
    assert.deepEqual((await read({ app })).app, app);
    const rest = { ...app, autoscale: null, replicas: 100, workload: "statefulset" };
    const claim = { size: "10Gi", path: "/srv/data" };
    const rollout = { minReadySeconds: 0, deadlineSeconds: 300, history: 10, order: "parallel", partition: 100 };
    const stateful = { ...rest, claim, rollout };
    assert.deepEqual((await read({ app: stateful })).app, stateful);
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
      [{ workload: "job" }, '.workload must be deployment or statefulset, got "job"'],
      [{ port: 0 }, ".port must be a whole number from 1 to 65535, got 0"],
      [{ port: 65536 }, ".port must be a whole number from 1 to 65535, got 65536"],
      [{ replicas: 0 }, ".replicas must be a whole number from 1 to 100, got 0"],
      [{ replicas: 101 }, ".replicas must be a whole number from 1 to 100, got 101"],
      [{ drainSeconds: -1 }, ".drainSeconds must be a whole number from 0 to 300, got -1"],
      [{ drainSeconds: 301 }, ".drainSeconds must be a whole number from 0 to 300, got 301"],
      [{ graceSeconds: 0 }, ".graceSeconds must be a whole number from 1 to 3600, got 0"],
      [{ podSecurity: "privileged" }, '.podSecurity must be restricted or baseline, got "privileged"'],
      [{ runAsUser: -1 }, ".runAsUser must be a whole number from 0 to 2147483647, got -1"],
      [{ readOnlyRoot: "yes" }, '.readOnlyRoot must be true or false, got "yes"'],
      [{ command: "sh -c true" }, '.command must be a list of strings, got "sh -c true"'],
      [{ args: ["--port", 80] }, ".args.1 must be a string, got 80"],
      [{ strategy: "Recreate" }, `.strategy is not a known key; allowed: ${keys}`],
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
    ]),
  );

  describe("writable folders", () => {
    refuses(
      "app",
      inside([
        [{ writable: "/tmp" }, '.writable must be a list of absolute paths, got "/tmp"'],
        [{ writable: ["tmp"] }, `.writable.0 ${path}, got "tmp"`],
        [{ writable: ["/tmp", "/tmp"] }, ".writable must name each folder once"],
        [
          { writable: ["/", "/tmp/", "/a//b", "/a/../b", "/a:b"] },
          ...["/", "/tmp/", "/a//b", "/a/../b", "/a:b"].map(
            (given, index) => `.writable.${index} ${folder}, got "${given}"`,
          ),
        ],
        [
          { writable: ["/dev", "/proc/x", "/sys", "/dev/shm", "/system"] },
          ...["/dev", "/proc/x", "/sys"].map(
            (given, index) =>
              `.writable.${index} must not be /dev, or in /proc or /sys, which are the kernel's, got "${given}"`,
          ),
        ],
      ]),
    );
  });

  describe("environment", () => {
    refuses(
      "app",
      inside([
        [{ env: ["A=1"] }, ".env must map the names of environment variables to strings"],
        [{ env: { DEBUG: true } }, ".env.DEBUG must be a string: put numbers and booleans in quotes"],
        [{ env: { TOKEN: { secure: "v1:x" } } }, ".env.TOKEN must be a string: put numbers and booleans in quotes"],
        [{ env: { "1A": "x", "a-b": "y" } }, `.env.1A is not ${variable}`, `.env.a-b is not ${variable}`],
        [{ sessionEnv: "REDIS-URL" }, `.sessionEnv must be ${variable}, got "REDIS-URL"`],
      ]),
    );
  });

  describe("resources", () => {
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
        app: {
          image: "registry.example:5000/shop",
          resources: { requests: {} },
          initContainers: [{ name: "migrate", image: "migrate:latest" }],
          sidecars: [{ name: "proxy", image: "proxy:1", resources: { requests: { cpu: "1m" } } }],
        },
        store: { image: "valkey:latest" },
        storage: { ...nfs, nfs: { ...nfs.nfs, provisionerImage: "provisioner" } },
      };
      assert.deepEqual(await problemsOf(values, { stack: "prod" }), [
        `shop:app.image ${pinned}, got "registry.example:5000/shop"`,
        `shop:app.initContainers.0.image ${pinned}, got "migrate:latest"`,
        `shop:store.image ${pinned}, got "valkey:latest"`,
        `shop:storage.nfs.provisionerImage ${pinned}, got "provisioner"`,
        "shop:app.resources.requests.cpu is required in prod",
        "shop:app.resources.requests.memory is required in prod",
        "shop:app.sidecars.0.resources.requests.memory is required in prod",
      ]);
    });

    it("refuses an Ingress without TLS", async () => {
      assert.deepEqual(await problemsOf({ ingress }, { stack: "prod" }), [
        "shop:ingress.tls is required in prod: set {secretName} or {issuer}, or {elsewhere: true} where the Gateway or a load balancer in front ends TLS",
      ]);
    });

    for (const tls of [{ secretName: "shop-tls" }, { issuer: "letsencrypt" }, { elsewhere: true }]) {
      it(`takes an Ingress with TLS by ${Object.keys(tls).join()}`, async () => {
        const given = { ingress: { ...ingress, tls } };
        assert.deepEqual((await read(given, { stack: "prod" })).ingress?.tls, tls);
      });
    }

    it("takes no Ingress at all", async () => {
      assert.equal((await read({ ingress: null }, { stack: "prod" })).ingress, null);
    });

    it("asks for none of these elsewhere", async () => {
      const app = { image: "shop", resources: { requests: {} } };
      const given = await read({ app, ingress }, { stack: "production" });
      assert.deepEqual(given.app.resources.requests, {});
      assert.equal(given.ingress?.tls, null);
    });
  });
});
