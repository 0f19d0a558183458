import assert from "node:assert/strict";
import { ingress, minimal, problemsOf, read, refuses, type Refusal } from "./configs.ts";

// Whether the cluster has such a controller and class is not known here.

const dns = "must be a DNS name in lower case";
const path = "must be an absolute path: it starts with / and has no spaces";
const cookie = "must be a cookie name of 1 to 64 token characters";
const affinityKinds = "none, cookie or clientIP";

describe("configuration of the way to the application", () => {
  it("takes every key of the Service and the Ingress", async () => {
    const service = { type: "ClusterIP", port: 8443 };
    const full = {
      controller: "traefik",
      className: "traefik-internal",
      hosts: [
        { host: "shop.example.com", paths: ["/", "/api"] },
        { host: "xn--caf-dma.example", paths: ["/"] },
      ],
      tls: null,
    };
    const config = await read({ service, ingress: full });
    assert.deepEqual(config.service, service);
    assert.deepEqual(config.ingress, full);
  });

  refuses("service", [
    [{ type: "NodePort" }, '.type must be ClusterIP (NodePort is not yet supported), got "NodePort"'],
    [{ type: "LoadBalancer" }, '.type must be ClusterIP (LoadBalancer is not yet supported), got "LoadBalancer"'],
    [{ type: "ExternalName" }, '.type must be ClusterIP, got "ExternalName"'],
    [{ port: 0 }, ".port must be a whole number from 1 to 65535, got 0"],
    [{ port: "http" }, '.port must be a whole number from 1 to 65535, got "http"'],
    [{ annotations: {} }, ".annotations is not yet supported; remove it"],
    [{ sourceRanges: [] }, ".sourceRanges is not yet supported; remove it"],
    [{ nodePort: 30080 }, ".nodePort is not a known key; allowed: type, port"],
    ["ClusterIP", ' must be an object (keys: type, port), got "ClusterIP"'],
  ]);

  describe("ingress", () => {
    const keys = "controller, className, hosts, tls";
    const later = ["ingress-nginx", "haproxy-ingress", "haproxytech", "nginx", "gateway-api"];
    refuses("ingress", [
      [{}, ".hosts is missing: it must be a list of hosts"],
      ["shop.example.com", ` must be an object (keys: ${keys}), got "shop.example.com"`],
      ...later.map((controller): Refusal => [
        { ...ingress, controller },
        `.controller must be traefik (${controller} is not yet supported), got "${controller}"`,
      ]),
      [{ ...ingress, controller: "kong" }, '.controller must be traefik, got "kong"'],
      [{ ...ingress, className: "" }, `.className ${dns}, got ""`],
      [{ ...ingress, tls: { secretName: "shop-tls" } }, ".tls is not yet supported; remove it or set null"],
      [{ ...ingress, annotations: {} }, ".annotations is not yet supported; remove it"],
      [{ ...ingress, host: "x" }, `.host is not a known key; allowed: ${keys}`],
      [{ hosts: [] }, ".hosts needs at least one host"],
      [{ hosts: "shop.example.com" }, '.hosts must be a list of hosts, got "shop.example.com"'],
      [{ hosts: ["shop.example.com"] }, '.hosts.0 must be an object (keys: host, paths), got "shop.example.com"'],
      [{ hosts: [{ paths: ["/"] }] }, `.hosts.0.host is missing: it ${dns}`],
      [{ hosts: [{ host: "*.example.com" }] }, `.hosts.0.host ${dns}, got "*.example.com"`],
      [{ hosts: [{ host: "a.example", path: "/" }] }, ".hosts.0.path is not a known key; allowed: host, paths"],
      [{ hosts: [{ host: "a.example", paths: "/" }] }, '.hosts.0.paths must be a list of paths, got "/"'],
      [{ hosts: [{ host: "a.example", paths: [] }] }, ".hosts.0.paths needs at least one path"],
      ...["//", "/a/./b", "/a/..", "/.", "/a%2Fb"].map((given): Refusal => [
        { hosts: [{ host: "a.example", paths: [given] }] },
        `.hosts.0.paths.0 must be written plainly, for an Ingress takes no //, no . or .. as a part, and no %2f, got "${given}"`,
      ]),
      [
        { hosts: [{ host: "10.0.0.7" }] },
        '.hosts.0.host must be a DNS name and not an address, for a controller goes by names, got "10.0.0.7"',
      ],
      [{ hosts: [{ host: "a.example", paths: ["/", "api"] }] }, `.hosts.0.paths.1 ${path}, got "api"`],
      [
        { hosts: [{ host: "a.example" }, { host: "b.example" }, { host: "a.example", paths: ["/api", "/"] }] },
        ".hosts.2 repeats a.example/",
      ],
      [{ hosts: [{ host: "a.example", paths: ["/api", "/api"] }] }, ".hosts.0 repeats a.example/api"],
    ]);
  });

  describe("affinity", () => {
    it("takes every key of each kind", async () => {
      const app = { ...minimal.app, session: { cookie: "sid", ttlSeconds: 3600 } };
      const cookieAffinity = { kind: "cookie", name: "shop-affinity", maxAgeSeconds: 3600 };
      assert.deepEqual((await read({ app, ingress, affinity: cookieAffinity })).affinity, cookieAffinity);
      const clientIP = { kind: "clientIP", timeoutSeconds: 86400 };
      assert.deepEqual((await read({ affinity: clientIP })).affinity, clientIP);
      assert.deepEqual((await read({ affinity: { kind: "none" } })).affinity, { kind: "none" });
    });

    refuses("affinity", [
      ["cookie", ` must be an object whose kind is ${affinityKinds}, got "cookie"`],
      [null, ` must be an object whose kind is ${affinityKinds}, got null`],
      [{ name: "shop-affinity" }, `.kind is missing: it must be ${affinityKinds}`],
      [{ kind: "hash" }, `.kind must be ${affinityKinds} (hash is not yet supported), got "hash"`],
      [{ kind: "sticky" }, `.kind must be ${affinityKinds}, got "sticky"`],
      [{ kind: "none", name: "x" }, ".name is not a key of kind none; allowed: kind"],
      [
        { kind: "cookie", timeoutSeconds: 5 },
        ".timeoutSeconds is not a key of kind cookie; allowed: kind, name, maxAgeSeconds",
      ],
      [{ kind: "clientIP", name: "x" }, ".name is not a key of kind clientIP; allowed: kind, timeoutSeconds"],
      [{ kind: "cookie", name: "a b" }, `.name ${cookie}, got "a b"`],
      [{ kind: "cookie", name: "a".repeat(65) }, `.name ${cookie}, got "${"a".repeat(65)}"`],
      [{ kind: "cookie", maxAgeSeconds: 0 }, ".maxAgeSeconds must be a whole number from 1 to 31536000, got 0"],
      [
        { kind: "clientIP", timeoutSeconds: 86401 },
        ".timeoutSeconds must be a whole number from 1 to 86400, got 86401",
      ],
      [{ kind: "cookie" }, ".kind cookie needs an ingress, which sets the cookie; use clientIP or none"],
    ]);

    it("refuses clientIP behind an Ingress", async () => {
      assert.deepEqual(await problemsOf({ ingress, affinity: { kind: "clientIP" } }), [
        "shop:affinity.kind clientIP does nothing behind an ingress, which connects to the pods themselves; use cookie, or ingress null",
      ]);
    });

    it("refuses the session's own cookie", async () => {
      const differ = "must differ from the application's session cookie, app.session.cookie";
      const sid = { ...minimal.app, session: { cookie: "sid" } };
      assert.deepEqual(await problemsOf({ app: sid, ingress, affinity: { kind: "cookie", name: "sid" } }), [
        `shop:affinity.name ${differ}, got "sid"`,
      ]);
      const ours = { ...minimal.app, session: { cookie: "session-stack-affinity" } };
      assert.deepEqual(await problemsOf({ app: ours, ingress, affinity: { kind: "cookie" } }), [
        `shop:affinity.name ${differ}, got "session-stack-affinity"`,
      ]);
    });

    it("refuses a cookie that outlives the session", async () => {
      const app = { ...minimal.app, session: { ttlSeconds: 3600 } };
      assert.deepEqual(await problemsOf({ app, ingress, affinity: { kind: "cookie", maxAgeSeconds: 3601 } }), [
        "shop:affinity.maxAgeSeconds must be at most the session's lifetime, app.session.ttlSeconds (3600), got 3601",
      ]);
    });
  });
});
