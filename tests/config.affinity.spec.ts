import assert from "node:assert/strict";
import { mock } from "node:test";
import { ingress, minimal, problemsOf, read, refuses } from "./configs.ts";

const cookieName = "must be a cookie name of 1 to 64 token characters";
const headerName = "must be the name of a header, of 1 to 64 token characters";
const cookiePath = 'must be a path of a cookie: it starts with / and has no space, quote or ";"';
const kinds = "none, cookie, clientIP or hash";
const cookieKeys =
  "kind, strict, name, path, domain, maxAgeSeconds, secure, httpOnly, sameSite, rebalance, canary, onFailure";
const cookie = { kind: "cookie" };
const tls = { secretName: "shop-tls" };

describe("configuration of affinity", () => {
  it("takes every key of each kind", async () => {
    const app = { ...minimal.app, session: { cookie: "sid", ttlSeconds: 3600 } };
    const full = {
      kind: "cookie",
      strict: false,
      name: "shop-affinity",
      path: "/",
      domain: "example.com",
      maxAgeSeconds: 3600,
      secure: true,
      httpOnly: false,
      sameSite: "None",
      rebalance: "onScale",
      canary: "ignore",
      onFailure: "stay",
    };
    const nginx = { ...ingress, controller: "ingress-nginx", tls };
    mock.method(console, "warn", () => undefined);
    assert.deepEqual((await read({ app, ingress: nginx, affinity: full })).affinity, full);
    mock.restoreAll();
    assert.deepEqual((await read({ ingress, affinity: cookie })).affinity, { kind: "cookie", strict: true });
    for (const key of [{ cookie: "sid" }, { header: "X-User" }, { sourceIP: true }]) {
      const hash = { kind: "hash", strict: true, key };
      assert.deepEqual((await read({ ingress: nginx, affinity: { kind: "hash", key } })).affinity, hash);
    }
    const clientIP = { kind: "clientIP", timeoutSeconds: 86400 };
    assert.deepEqual((await read({ affinity: clientIP })).affinity, clientIP);
    assert.deepEqual((await read({ affinity: { kind: "none" } })).affinity, { kind: "none" });
  });

  refuses("affinity", [
    ["cookie", ` must be an object whose kind is ${kinds}, got "cookie"`],
    [null, ` must be an object whose kind is ${kinds}, got null`],
    [{ name: "shop-affinity" }, `.kind is missing: it must be ${kinds}`],
    [{ kind: "sticky" }, `.kind must be ${kinds}, got "sticky"`],
    [{ kind: "none", name: "x" }, ".name is not a key of kind none; allowed: kind"],
    [{ kind: "cookie", timeoutSeconds: 5 }, `.timeoutSeconds is not a key of kind cookie; allowed: ${cookieKeys}`],
    [{ kind: "clientIP", name: "x" }, ".name is not a key of kind clientIP; allowed: kind, timeoutSeconds"],
    [
      { kind: "hash", name: "x", key: { sourceIP: true } },
      ".name is not a key of kind hash; allowed: kind, strict, key",
    ],
    ...["a b", "a;b", 'a"b', "a\nb", "a=b", "a,b", "ü", "", "a".repeat(65)].map(
      (name) => [{ kind: "cookie", name }, `.name ${cookieName}, got ${JSON.stringify(name)}`] as [object, string],
    ),
    ...["x", "/a b", "/a;b", '/a"b', "/a\nb", "/a;\r\nSet-Cookie: x=y", `/${"a".repeat(256)}`].map(
      (path) => [{ kind: "cookie", path }, `.path ${cookiePath}, got ${JSON.stringify(path)}`] as [object, string],
    ),
    ...["a;b", ".example.com", "*.example.com", "A.example", "a\nb"].map(
      (domain) =>
        [{ kind: "cookie", domain }, `.domain must be a DNS name in lower case, got ${JSON.stringify(domain)}`] as [
          object,
          string,
        ],
    ),
    ...[0, 31_536_001, 1.5, "60"].map(
      (maxAgeSeconds) =>
        [
          { kind: "cookie", maxAgeSeconds },
          `.maxAgeSeconds must be a whole number from 1 to 31536000, got ${JSON.stringify(maxAgeSeconds)}`,
        ] as [object, string],
    ),
    [
      { kind: "cookie", strict: "no", secure: 1, httpOnly: "x" },
      '.strict must be true or false, got "no"',
      ".secure must be true or false, got 1",
      '.httpOnly must be true or false, got "x"',
    ],
    [{ kind: "cookie", sameSite: "lax" }, '.sameSite must be Lax, Strict or None, got "lax"'],
    [{ kind: "cookie", rebalance: "always" }, '.rebalance must be never or onScale, got "always"'],
    [{ kind: "cookie", canary: "x" }, '.canary must be sticky or ignore, got "x"'],
    [{ kind: "cookie", onFailure: "x" }, '.onFailure must be repick or stay, got "x"'],
    [{ kind: "clientIP", timeoutSeconds: 86401 }, ".timeoutSeconds must be a whole number from 1 to 86400, got 86401"],
    [{ kind: "hash", key: { cookie: "a;b" } }, `.key.cookie ${cookieName}, got "a;b"`],
    [{ kind: "hash", key: { header: "a\nb" } }, `.key.header ${headerName}, got "a\\nb"`],
    ...[undefined, {}, { sourceIP: false }, { cookie: "a", header: "b" }].map(
      (key) =>
        [
          { kind: "hash", key },
          key === undefined
            ? ".key is missing: it must be an object with one key: cookie, header (with a name) or sourceIP (true)"
            : ".key must be an object with one key: cookie, header (with a name) or sourceIP (true)",
        ] as [object, string],
    ),
    [{ kind: "cookie" }, ".kind cookie needs an ingress, which sets the cookie; use clientIP or none"],
    [
      { kind: "hash", key: { sourceIP: true } },
      ".kind hash needs an ingress, whose controller hashes; use clientIP or none",
    ],
  ]);
});

describe("rules about affinity", () => {
  const of = (affinity: object, more: object = {}) =>
    problemsOf({ ingress, affinity: { ...cookie, ...affinity }, ...more });
  const shop = (...paths: unknown[]) => ({ hosts: [{ host: "shop.example.com", paths }] });

  it("refuse clientIP behind an Ingress", async () => {
    assert.deepEqual(await of({ kind: "clientIP" }), [
      "shop:affinity.kind clientIP does nothing behind an ingress, which connects to the pods themselves; use cookie, or ingress null",
    ]);
  });

  it("refuse the session's own cookie", async () => {
    const differ = "must differ from the application's session cookie, app.session.cookie";
    const session = (name: string) => ({ app: { ...minimal.app, session: { cookie: name } } });
    assert.deepEqual(await of({ name: "sid" }, session("sid")), [`shop:affinity.name ${differ}, got "sid"`]);
    assert.deepEqual(await of({}, session("session-stack-affinity")), [
      `shop:affinity.name is session-stack-affinity by default, and ${differ}`,
    ]);
  });

  it("refuse a cookie that outlives the session", async () => {
    const app = { ...minimal.app, session: { ttlSeconds: 3600 } };
    assert.deepEqual(await of({ maxAgeSeconds: 3601 }, { app }), [
      "shop:affinity.maxAgeSeconds must be at most the session's lifetime, app.session.ttlSeconds (3600), got 3601",
    ]);
  });

  it("refuse SameSite=None without Secure, and take it with TLS", async () => {
    const none =
      "shop:affinity.sameSite None needs a Secure cookie, or browsers drop it: set ingress.tls, and leave affinity.secure out";
    assert.deepEqual(await of({ sameSite: "None" }), [none]);
    const secured = { ...ingress, tls };
    assert.deepEqual(await of({ sameSite: "None", secure: false }, { ingress: secured }), [none]);
    const { affinity } = await read({ ingress: secured, affinity: { ...cookie, sameSite: "None" } });
    assert.deepEqual(affinity, { kind: "cookie", strict: true, sameSite: "None" });
  });

  it("refuse a session cookie that a second HTTPRoute's affinity would have", async () => {
    const gateway = { controller: "gateway-api", gateway: { name: "public" }, ...ingress };
    const session = (name: string) => ({ ingress: gateway, app: { ...minimal.app, session: { cookie: name } } });
    for (const suffix of ["2", "default"]) {
      assert.deepEqual(await of({ strict: false, name: "visit" }, session(`visit-${suffix}`)), [
        `shop:app.session.cookie must not be visit-<number> or visit-default, cookies of the affinity where there are several HTTPRoutes, got "visit-${suffix}"`,
      ]);
    }
    const taken = { strict: false, name: "visit" };
    mock.method(console, "warn", () => undefined);
    await read({ ...session("visit-id"), affinity: { ...cookie, ...taken } });
    await read({ ...session("visit-2"), ingress, affinity: { ...cookie, ...taken } });
    mock.restoreAll();
  });

  it("refuse a top-level domain, unless it is the host", async () => {
    const hosts = [{ host: "shop" }, { host: "a.shop" }];
    assert.deepEqual(await of({ domain: "shop" }, { ingress: { hosts } }), [
      'shop:affinity.domain must have two labels or more, or be the only host: browsers drop a cookie for a top-level domain, got "shop"',
    ]);
    const alone = await read({ ingress: { hosts: [{ host: "shop" }] }, affinity: { ...cookie, domain: "shop" } });
    assert.deepEqual(alone.affinity, { kind: "cookie", strict: true, domain: "shop" });
  });

  it("refuse a domain that does not hold the application's hosts", async () => {
    const outside = (hosts: string, domain: string) => [
      `shop:affinity.domain must be the domain of every host, or browsers drop the cookie; outside of it: ${hosts}, got "${domain}"`,
    ];
    const api = { path: "/", service: { name: "api", port: 80 } };
    const hosts = [{ host: "shop.example.com" }, { host: "*.example.com" }, { host: "api.example.net", paths: [api] }];
    const domain = (value: string) => of({ domain: value }, { ingress: { hosts } });
    assert.deepEqual(await domain("example.net"), outside("shop.example.com, *.example.com", "example.net"));
    assert.deepEqual(await domain("shop.example.com"), outside("*.example.com", "shop.example.com"));
    assert.deepEqual(await domain("ample.com"), outside("shop.example.com, *.example.com", "ample.com"));
    await read({ ingress: { hosts }, affinity: { ...cookie, domain: "example.com" } });
  });

  it("refuse a path that does not cover the application's", async () => {
    const path = (value: string, ...paths: unknown[]) => of({ path: value }, { ingress: shop(...paths) });
    const outside = (paths: string, value: string) => [
      `shop:affinity.path must cover every path of the application, or browsers leave the cookie out; outside of it: ${paths}, got "${value}"`,
    ];
    const api = { path: "/api", service: { name: "api", port: 80 } };
    assert.deepEqual(await path("/shop", "/", "/shop/a", "/shopping", api), outside("/, /shopping", "/shop"));
    assert.deepEqual(await path("/shop/", "/shop/a", "/shops"), outside("/shops", "/shop/"));
    const fine = shop("/shop", "/shop/a", api, { path: "/(a|b)", pathType: "ImplementationSpecific" });
    await read({ ingress: fine, affinity: { ...cookie, path: "/shop" } });
    await read({ ingress: fine, affinity: { ...cookie, path: "/shop/" } });
    const values = { ingress: { ...fine, defaultBackend: true }, affinity: { ...cookie, path: "/shop" } };
    assert.deepEqual(await problemsOf(values), outside("/", "/shop"));
  });

  it("name all problems at once", async () => {
    const values = { ingress: shop("/"), affinity: { ...cookie, sameSite: "None", domain: "example.net", path: "/x" } };
    assert.deepEqual(
      (await problemsOf(values)).map((line) => line.split(" ")[0]),
      ["shop:affinity.sameSite", "shop:affinity.domain", "shop:affinity.path"],
    );
  });
});
