import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of haproxytech", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "haproxytech", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy.org/cr-backend": "shop/app-affinity" },
      objects: [
        {
          apiVersion: "ingress.v3.haproxy.org/v3",
          kind: "Backend",
          name: "app-affinity",
          spec: {
            name: "app-affinity",
            mode: "http",
            forwardfor: { enabled: "enabled" },
            default_server: { check: "enabled" },
            balance: { algorithm: "roundrobin" },
            cookie: {
              name: "session-stack-affinity",
              type: "insert",
              indirect: true,
              nocache: true,
              dynamic: true,
              httponly: true,
              secure: false,
              attr: [{ value: "SameSite=Lax" }],
            },
          },
        },
      ],
      requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, path: "/", rebalance: "never", canary: "sticky", onFailure: "repick" } as const;
    assert.deepEqual(refusals("haproxytech", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "haproxytech", overTls), {
      ...nothing,
      serviceAnnotations: { "haproxy.org/cr-backend": "shop/app-affinity" },
      objects: [
        {
          apiVersion: "ingress.v3.haproxy.org/v3",
          kind: "Backend",
          name: "app-affinity",
          spec: {
            name: "app-affinity",
            mode: "http",
            forwardfor: { enabled: "enabled" },
            default_server: { check: "enabled" },
            balance: { algorithm: "roundrobin" },
            cookie: {
              name: "shop-affinity",
              type: "insert",
              indirect: true,
              nocache: true,
              dynamic: true,
              httponly: false,
              secure: true,
              domain: [{ value: "example.com" }],
              attr: [{ value: "SameSite=Strict" }, { value: "Max-Age=5400" }],
            },
          },
        },
      ],
      requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("haproxytech", cookie(unusual)), [
      "path must be / with ingress.controller haproxytech: HAProxy always sets Path=/ (possible with traefik, ingress-nginx, nginx, istio)",
      "rebalance must be never with ingress.controller haproxytech: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "canary must be sticky with ingress.controller haproxytech: a visitor's cookie is stronger than the weights (possible with ingress-nginx, nginx, alb, gke, istio)",
      "onFailure must be repick with ingress.controller haproxytech: HAProxy sends a visitor whose pod can't be reached to another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("haproxytech"), []);
  });

  it("hashes by cookie", () => {
    assert.deepEqual(renderAffinity(hash({ cookie: "sid" }), "haproxytech", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy.org/cr-backend": "shop/app-affinity" },
      objects: [
        {
          apiVersion: "ingress.v3.haproxy.org/v3",
          kind: "Backend",
          name: "app-affinity",
          spec: {
            name: "app-affinity",
            mode: "http",
            forwardfor: { enabled: "enabled" },
            default_server: { check: "enabled" },
            balance: { algorithm: "hash", hash_expression: "req.cook(sid)" },
            hash_type: { method: "consistent" },
          },
        },
      ],
      requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
    });
  });

  it("hashes by header", () => {
    assert.deepEqual(renderAffinity(hash({ header: "X-User-Id" }), "haproxytech", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy.org/cr-backend": "shop/app-affinity" },
      objects: [
        {
          apiVersion: "ingress.v3.haproxy.org/v3",
          kind: "Backend",
          name: "app-affinity",
          spec: {
            name: "app-affinity",
            mode: "http",
            forwardfor: { enabled: "enabled" },
            default_server: { check: "enabled" },
            balance: { algorithm: "hash", hash_expression: "req.hdr(X-User-Id)" },
            hash_type: { method: "consistent" },
          },
        },
      ],
      requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
    });
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "haproxytech", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy.org/cr-backend": "shop/app-affinity" },
      objects: [
        {
          apiVersion: "ingress.v3.haproxy.org/v3",
          kind: "Backend",
          name: "app-affinity",
          spec: {
            name: "app-affinity",
            mode: "http",
            forwardfor: { enabled: "enabled" },
            default_server: { check: "enabled" },
            balance: { algorithm: "hash", hash_expression: "src" },
            hash_type: { method: "consistent" },
          },
        },
      ],
      requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
    });
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("haproxytech"), {
      redirect: {
        ingressAnnotations: {
          "haproxy.org/ssl-redirect": "true",
          "haproxy.org/ssl-redirect-port": "443",
          "haproxy.org/ssl-redirect-code": "301",
        },
      },
      both: { ingressAnnotations: { "haproxy.org/ssl-redirect": "false" } },
      elsewhere: {
        ingressAnnotations: { "haproxy.org/ssl-redirect": "false" },
        requirements: [
          "What ends TLS redirects HTTP by itself: the controller sees HTTP alone, and has no redirect that looks at X-Forwarded-Proto.",
        ],
      },
      elsewhereBoth: { ingressAnnotations: { "haproxy.org/ssl-redirect": "false" } },
    });
  });
});
