import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type CookieAffinity, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of gateway-api", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "gateway-api", plain), {
      ...nothing,
      routeRule: {
        sessionPersistence: {
          type: "Cookie",
          sessionName: "session-stack-affinity",
          cookieConfig: { lifetimeType: "Session" },
        },
      },
      requirements: [
        "The CRDs of the Gateway API 1.6 are installed from its experimental channel; the standard one has no sessionPersistence.",
        "The Gateway's implementation knows sessionPersistence.",
      ],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { name: "shop-affinity", maxAgeSeconds: 5400 };
    assert.deepEqual(refusals("gateway-api", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "gateway-api", overTls), {
      ...nothing,
      routeRule: {
        sessionPersistence: {
          type: "Cookie",
          sessionName: "shop-affinity",
          cookieConfig: { lifetimeType: "Permanent" },
          absoluteTimeout: "1h30m",
        },
      },
      requirements: [
        "The CRDs of the Gateway API 1.6 are installed from its experimental channel; the standard one has no sessionPersistence.",
        "The Gateway's implementation knows sessionPersistence.",
      ],
    });
  });

  it("writes the shape of 1.7, which has a path", () => {
    const render = (wishes: Partial<CookieAffinity>) =>
      renderAffinity(cookie(wishes), "gateway-api", { ...overTls, gatewayApi: "1.7" }).routeRule;
    assert.deepEqual(render({}), {
      sessionPersistence: {
        type: "Cookie",
        cookie: { name: "session-stack-affinity", path: "/", lifetimeType: "Session" },
      },
    });
    assert.deepEqual(render({ name: "shop-affinity", path: "/shop", maxAgeSeconds: 172_800 }), {
      sessionPersistence: {
        type: "Cookie",
        cookie: { name: "shop-affinity", path: "/shop", lifetimeType: "Permanent" },
        absoluteTimeout: "48h",
      },
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("gateway-api", cookie(unusual)), [
      "path must be left out in 1.6, any since 1.7 with ingress.controller gateway-api: 1.6 has no field for it, and each implementation decides (possible with traefik, ingress-nginx, nginx, istio)",
      "domain must be left out with ingress.controller gateway-api: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "secure must be left out with ingress.controller gateway-api: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "httpOnly must be left out with ingress.controller gateway-api: the Gateway API has no field for it, and each implementation decides (possible with traefik, haproxy-ingress, haproxytech, nginx, alb)",
      "sameSite must be left out with ingress.controller gateway-api: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "rebalance must be never with ingress.controller gateway-api: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "canary must be sticky with ingress.controller gateway-api: its cookie is stronger than the weights, even than weight 0 (possible with ingress-nginx, nginx, alb, gke, istio)",
      "onFailure must be repick with ingress.controller gateway-api: a pod that is not to be had is replaced by another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("gateway-api"), [
      "path is / by default, but with ingress.controller gateway-api it can only be left out in 1.6, any since 1.7: 1.6 has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, alb, gke, istio)",
      "secure is true by default, but with ingress.controller gateway-api it can only be left out: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "httpOnly is true by default, but with ingress.controller gateway-api it can only be left out: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "sameSite is Lax by default, but with ingress.controller gateway-api it can only be left out: the Gateway API has no field for it, and each implementation decides (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
    ]);
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("gateway-api", hash(key))),
      [
        "key cookie is not possible with gateway-api: the Gateway API has no field for a hash, only its implementations' own policies have (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with gateway-api: the Gateway API has no field for a hash, only its implementations' own policies have (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key sourceIP is not possible with gateway-api: the Gateway API has no field for a hash, only its implementations' own policies have (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, gke, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "gateway-api", plain), nothing);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("gateway-api"), { redirect: {}, both: {}, elsewhere: {}, elsewhereBoth: {} });
  });
});
