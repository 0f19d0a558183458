import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of nginx", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "nginx", plain), {
      ...nothing,
      ingressAnnotations: {
        "nginx.org/sticky-cookie-services": "serviceName=app session-stack-affinity httponly samesite=lax path=/",
      },
      requirements: ["The controller is 5.4 or newer."],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, rebalance: "never", onFailure: "repick" } as const;
    assert.deepEqual(refusals("nginx", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "nginx", overTls), {
      ...nothing,
      ingressAnnotations: {
        "nginx.org/sticky-cookie-services":
          "serviceName=app shop-affinity expires=5400s domain=example.com secure samesite=strict path=/shop",
      },
      requirements: ["The controller is 5.4 or newer."],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("nginx", cookie(unusual)), [
      "rebalance must be never with ingress.controller nginx: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "onFailure must be repick with ingress.controller nginx: nginx sends a visitor whose pod fails to another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("nginx"), []);
  });

  it("hashes by cookie", () => {
    assert.deepEqual(renderAffinity(hash({ cookie: "sid" }), "nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.org/lb-method": "hash $cookie_sid consistent" },
    });
  });

  it("hashes by header", () => {
    assert.deepEqual(renderAffinity(hash({ header: "X-User-Id" }), "nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.org/lb-method": "hash $http_x_user_id consistent" },
    });
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "nginx", plain), {
      ...nothing,
      ingressAnnotations: { "nginx.org/lb-method": "hash $remote_addr consistent" },
    });
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("nginx"), {
      redirect: { ingressAnnotations: { "nginx.org/ssl-redirect": "true" } },
      both: { ingressAnnotations: { "nginx.org/ssl-redirect": "false" } },
      elsewhere: {
        ingressAnnotations: { "nginx.org/redirect-to-https": "true" },
        requirements: ["What ends TLS sets X-Forwarded-Proto."],
      },
      elsewhereBoth: {},
    });
  });
});
