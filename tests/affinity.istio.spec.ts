import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of istio", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "istio", plain), {
      ...nothing,
      objects: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          name: "app-affinity",
          spec: {
            host: "app.shop.svc.cluster.local",
            trafficPolicy: {
              loadBalancer: {
                consistentHash: {
                  httpCookie: {
                    name: "session-stack-affinity",
                    path: "/",
                    ttl: "0s",
                    attributes: [{ name: "SameSite", value: "Lax" }],
                  },
                },
              },
            },
          },
        },
      ],
      requirements: ["Istio is 1.28 or newer, whose DestinationRule knows attributes of the cookie."],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, httpOnly: true, onFailure: "repick" } as const;
    assert.deepEqual(refusals("istio", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "istio", overTls), {
      ...nothing,
      objects: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          name: "app-affinity",
          spec: {
            host: "app.shop.svc.cluster.local",
            trafficPolicy: {
              loadBalancer: {
                consistentHash: {
                  httpCookie: {
                    name: "shop-affinity",
                    path: "/shop",
                    ttl: "5400s",
                    attributes: [
                      { name: "Domain", value: "example.com" },
                      { name: "Secure" },
                      { name: "SameSite", value: "Strict" },
                    ],
                  },
                },
              },
            },
          },
        },
      ],
      requirements: ["Istio is 1.28 or newer, whose DestinationRule knows attributes of the cookie."],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("istio", cookie(unusual)), [
      "httpOnly must be true with ingress.controller istio: Envoy always sets HttpOnly (possible with traefik, haproxy-ingress, haproxytech, nginx, alb)",
      "onFailure must be repick with ingress.controller istio: it leaves a pod as soon as Kubernetes calls it unready (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("istio"), [
      "rebalance is never by default, but with ingress.controller istio it can only be onScale: its hash moves some visitors when pods are added (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb)",
    ]);
  });

  it("hashes by cookie", () => {
    assert.deepEqual(renderAffinity(hash({ cookie: "sid" }), "istio", plain), {
      ...nothing,
      objects: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          name: "app-affinity",
          spec: {
            host: "app.shop.svc.cluster.local",
            trafficPolicy: { loadBalancer: { consistentHash: { httpCookie: { name: "sid" } } } },
          },
        },
      ],
    });
  });

  it("hashes by header", () => {
    assert.deepEqual(renderAffinity(hash({ header: "X-User-Id" }), "istio", plain), {
      ...nothing,
      objects: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          name: "app-affinity",
          spec: {
            host: "app.shop.svc.cluster.local",
            trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: "X-User-Id" } } },
          },
        },
      ],
    });
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "istio", plain), {
      ...nothing,
      objects: [
        {
          apiVersion: "networking.istio.io/v1",
          kind: "DestinationRule",
          name: "app-affinity",
          spec: {
            host: "app.shop.svc.cluster.local",
            trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true } } },
          },
        },
      ],
    });
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("istio"), {
      redirect: {
        requirements: ["The Secret with the certificate is also in the namespace of Istio's ingress gateway."],
      },
      both: { requirements: ["The Secret with the certificate is also in the namespace of Istio's ingress gateway."] },
      elsewhere: {},
      elsewhereBoth: {},
    });
  });
});
