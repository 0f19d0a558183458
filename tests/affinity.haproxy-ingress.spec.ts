import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of haproxy-ingress", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "haproxy-ingress", plain), {
      ...nothing,
      serviceAnnotations: {
        "haproxy-ingress.github.io/affinity": "cookie",
        "haproxy-ingress.github.io/session-cookie-name": "session-stack-affinity",
        "haproxy-ingress.github.io/session-cookie-strategy": "insert",
        "haproxy-ingress.github.io/session-cookie-dynamic": "true",
        "haproxy-ingress.github.io/session-cookie-keywords": "indirect nocache httponly attr SameSite=Lax",
      },
      requirements: [
        'The controller\'s ConfigMap has drain-support: "true", or visitors leave a pod before it has stopped.',
      ],
    });
  });

  it("has the names of pods that keep them in the cookie, in place of their addresses", () => {
    const { serviceAnnotations } = renderAffinity(cookie(), "haproxy-ingress", plain);
    assert.deepEqual(renderAffinity(cookie(), "haproxy-ingress", { ...plain, stablePods: true }).serviceAnnotations, {
      ...serviceAnnotations,
      "haproxy-ingress.github.io/session-cookie-dynamic": "false",
      "haproxy-ingress.github.io/session-cookie-preserve": "true",
      "haproxy-ingress.github.io/backend-server-naming": "pod",
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, path: "/", rebalance: "never", canary: "sticky", onFailure: "repick" } as const;
    assert.deepEqual(refusals("haproxy-ingress", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "haproxy-ingress", overTls), {
      ...nothing,
      serviceAnnotations: {
        "haproxy-ingress.github.io/affinity": "cookie",
        "haproxy-ingress.github.io/session-cookie-name": "shop-affinity",
        "haproxy-ingress.github.io/session-cookie-domain": "example.com",
        "haproxy-ingress.github.io/session-cookie-strategy": "insert",
        "haproxy-ingress.github.io/session-cookie-dynamic": "true",
        "haproxy-ingress.github.io/session-cookie-keywords":
          "indirect nocache secure attr SameSite=Strict attr Max-Age=5400",
      },
      requirements: [
        'The controller\'s ConfigMap has drain-support: "true", or visitors leave a pod before it has stopped.',
      ],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("haproxy-ingress", cookie(unusual)), [
      "path must be / with ingress.controller haproxy-ingress: HAProxy always sets Path=/ (possible with traefik, ingress-nginx, nginx, istio)",
      "rebalance must be never with ingress.controller haproxy-ingress: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "canary must be sticky with ingress.controller haproxy-ingress: a visitor's cookie is stronger than the weights (possible with ingress-nginx, nginx, alb, gke, istio)",
      "onFailure must be repick with ingress.controller haproxy-ingress: HAProxy sends a visitor whose pod can't be reached to another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("haproxy-ingress"), []);
  });

  it("hashes by cookie", () => {
    assert.deepEqual(renderAffinity(hash({ cookie: "sid" }), "haproxy-ingress", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy-ingress.github.io/balance-algorithm": "hash req.cook(sid)" },
    });
  });

  it("hashes by header", () => {
    assert.deepEqual(renderAffinity(hash({ header: "X-User-Id" }), "haproxy-ingress", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy-ingress.github.io/balance-algorithm": "hdr(X-User-Id)" },
    });
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "haproxy-ingress", plain), {
      ...nothing,
      serviceAnnotations: { "haproxy-ingress.github.io/balance-algorithm": "source" },
    });
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("haproxy-ingress"), {
      redirect: { ingressAnnotations: { "haproxy-ingress.github.io/ssl-redirect": "true" } },
      both: { ingressAnnotations: { "haproxy-ingress.github.io/ssl-redirect": "false" } },
      elsewhere: {
        requirements: [
          "What ends TLS redirects HTTP by itself: the controller sees HTTP alone, and has no redirect that looks at X-Forwarded-Proto.",
        ],
      },
      elsewhereBoth: {},
    });
  });
});
