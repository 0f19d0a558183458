import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

describe("affinity of traefik", () => {
  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "traefik", plain), {
      ...nothing,
      serviceAnnotations: {
        "traefik.ingress.kubernetes.io/service.sticky.cookie": "true",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.name": "session-stack-affinity",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.path": "/",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.secure": "false",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.httponly": "true",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.samesite": "lax",
      },
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { ...unusual, rebalance: "never", canary: "sticky", onFailure: "repick" } as const;
    assert.deepEqual(refusals("traefik", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "traefik", overTls), {
      ...nothing,
      serviceAnnotations: {
        "traefik.ingress.kubernetes.io/service.sticky.cookie": "true",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.name": "shop-affinity",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.path": "/shop",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.domain": "example.com",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.maxage": "5400",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.secure": "true",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.httponly": "false",
        "traefik.ingress.kubernetes.io/service.sticky.cookie.samesite": "strict",
      },
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("traefik", cookie(unusual)), [
      "rebalance must be never with ingress.controller traefik: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "canary must be sticky with ingress.controller traefik: a visitor's cookie is stronger than the weights (possible with ingress-nginx, nginx, alb, gke, istio)",
      "onFailure must be repick with ingress.controller traefik: it leaves a pod as soon as Kubernetes calls it unready (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("traefik"), []);
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("traefik", hash(key))),
      [
        "key cookie is not possible with traefik: its Ingress and Service annotations have no hash of a cookie (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with traefik: its Ingress and Service annotations have no hash of a header (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key sourceIP is not possible with traefik: its Ingress and Service annotations have no hash of the client's address (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, gke, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "traefik", plain), nothing);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("traefik"), {
      redirect: {
        ingressAnnotations: {
          "traefik.ingress.kubernetes.io/router.entrypoints": "web,websecure",
          "traefik.ingress.kubernetes.io/router.middlewares": "shop-app-https@kubernetescrd",
        },
        objects: [
          {
            apiVersion: "traefik.io/v1alpha1",
            kind: "Middleware",
            name: "app-https",
            spec: {
              redirectRegex: {
                regex: "^http://([^/:]+)(:[0-9]+)?(/.*)?$",
                replacement: "https://${1}${3}",
                permanent: true,
              },
            },
          },
        ],
        requirements: ["Traefik's CRDs are installed, and its provider kubernetescrd is on and sees the namespace."],
      },
      both: { ingressAnnotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "web,websecure" } },
      elsewhere: {
        ingressAnnotations: {
          "traefik.ingress.kubernetes.io/router.entrypoints": "web,websecure",
          "traefik.ingress.kubernetes.io/router.middlewares": "shop-app-https@kubernetescrd",
        },
        objects: [
          {
            apiVersion: "traefik.io/v1alpha1",
            kind: "Middleware",
            name: "app-https",
            spec: { redirectScheme: { scheme: "https", permanent: true } },
          },
        ],
        requirements: [
          "Traefik's CRDs are installed, and its provider kubernetescrd is on and sees the namespace.",
          "What ends TLS sets X-Forwarded-Proto, and Traefik's entry points trust its address (forwardedHeaders.trustedIPs).",
        ],
      },
      elsewhereBoth: { ingressAnnotations: { "traefik.ingress.kubernetes.io/router.entrypoints": "web,websecure" } },
    });
  });
});
