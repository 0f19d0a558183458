import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of ingress-nginx", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "ingress-nginx", plain), {
      ...nothing,
      ingressAnnotations: {
        "nginx.ingress.kubernetes.io/affinity": "cookie",
        "nginx.ingress.kubernetes.io/affinity-mode": "persistent",
        "nginx.ingress.kubernetes.io/affinity-canary-behavior": "sticky",
        "nginx.ingress.kubernetes.io/session-cookie-change-on-failure": "true",
        "nginx.ingress.kubernetes.io/session-cookie-name": "session-stack-affinity",
        "nginx.ingress.kubernetes.io/session-cookie-path": "/",
        "nginx.ingress.kubernetes.io/session-cookie-samesite": "Lax",
      },
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, httpOnly: true } as const;
    assert.deepEqual(refusals("ingress-nginx", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "ingress-nginx", overTls), {
      ...nothing,
      ingressAnnotations: {
        "nginx.ingress.kubernetes.io/affinity": "cookie",
        "nginx.ingress.kubernetes.io/affinity-mode": "balanced",
        "nginx.ingress.kubernetes.io/affinity-canary-behavior": "legacy",
        "nginx.ingress.kubernetes.io/session-cookie-change-on-failure": "false",
        "nginx.ingress.kubernetes.io/session-cookie-name": "shop-affinity",
        "nginx.ingress.kubernetes.io/session-cookie-path": "/shop",
        "nginx.ingress.kubernetes.io/session-cookie-domain": "example.com",
        "nginx.ingress.kubernetes.io/session-cookie-max-age": "5400",
        "nginx.ingress.kubernetes.io/session-cookie-secure": "true",
        "nginx.ingress.kubernetes.io/session-cookie-samesite": "Strict",
      },
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("ingress-nginx", cookie(unusual)), [
      "httpOnly must be true with ingress.controller ingress-nginx: HttpOnly is always set (possible with traefik, haproxy-ingress, haproxytech, nginx, alb)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("ingress-nginx"), []);
  });

  it("hashes by cookie", () => {
    assert.deepEqual(renderAffinity(hash({ cookie: "sid" }), "ingress-nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.ingress.kubernetes.io/upstream-hash-by": "$cookie_sid" },
    });
  });

  it("hashes by header", () => {
    assert.deepEqual(renderAffinity(hash({ header: "X-User-Id" }), "ingress-nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.ingress.kubernetes.io/upstream-hash-by": "$http_x_user_id" },
    });
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "ingress-nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.ingress.kubernetes.io/upstream-hash-by": "$remote_addr" },
    });
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("ingress-nginx"), {
      redirect: { ingressAnnotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "true" } },
      both: { ingressAnnotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "false" } },
      elsewhere: {
        ingressAnnotations: { "nginx.ingress.kubernetes.io/force-ssl-redirect": "true" },
        requirements: [
          'The controller\'s ConfigMap has use-forwarded-headers: "true", and what ends TLS sets X-Forwarded-Proto.',
        ],
      },
      elsewhereBoth: { ingressAnnotations: { "nginx.ingress.kubernetes.io/ssl-redirect": "false" } },
    });
  });
});
