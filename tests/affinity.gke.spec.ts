import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

const toPods = {
  ...nothing,
  serviceAnnotations: { "cloud.google.com/neg": '{"ingress":true}' },
  requirements: ["The cluster is VPC-native, for network endpoint groups need it."],
};

describe("affinity of gke", () => {
  it("leads to pods where there is no affinity, for no other way leads to a Service of type ClusterIP", () => {
    assert.deepEqual(renderAffinity({ kind: "none" }, "gke", plain), toPods);
  });

  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "gke", plain), {
      ...nothing,
      serviceAnnotations: {
        "cloud.google.com/backend-config": '{"default":"app-affinity"}',
        "cloud.google.com/neg": '{"ingress":true}',
      },
      objects: [
        {
          apiVersion: "cloud.google.com/v1",
          kind: "BackendConfig",
          name: "app-affinity",
          spec: { sessionAffinity: { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: 0 } },
        },
      ],
      requirements: ["The cluster is VPC-native, for network endpoint groups need it."],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { name: "GCLB", maxAgeSeconds: 5400 };
    assert.deepEqual(refusals("gke", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "gke", overTls), {
      ...nothing,
      serviceAnnotations: {
        "cloud.google.com/backend-config": '{"default":"app-affinity"}',
        "cloud.google.com/neg": '{"ingress":true}',
      },
      objects: [
        {
          apiVersion: "cloud.google.com/v1",
          kind: "BackendConfig",
          name: "app-affinity",
          spec: { sessionAffinity: { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: 5400 } },
        },
      ],
      requirements: ["The cluster is VPC-native, for network endpoint groups need it."],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("gke", cookie(unusual)), [
      "name must be GCLB with ingress.controller gke: the load balancer names it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, istio)",
      "path must be / with ingress.controller gke: the load balancer always sets Path=/ (possible with traefik, ingress-nginx, nginx, istio)",
      "domain must be left out with ingress.controller gke: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "secure must be left out with ingress.controller gke: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "httpOnly must be left out with ingress.controller gke: BackendConfig has no field for it (possible with traefik, haproxy-ingress, haproxytech, nginx, alb)",
      "sameSite must be left out with ingress.controller gke: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "onFailure must be repick with ingress.controller gke: a pod that fails its health check is replaced by another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("gke"), [
      "name is session-stack-affinity by default, but with ingress.controller gke it can only be GCLB: the load balancer names it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, istio)",
      "secure is true by default, but with ingress.controller gke it can only be left out: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "httpOnly is true by default, but with ingress.controller gke it can only be left out: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "sameSite is Lax by default, but with ingress.controller gke it can only be left out: BackendConfig has no field for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "rebalance is never by default, but with ingress.controller gke it can only be onScale: its hash moves some visitors when pods are added (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb)",
    ]);
  });

  it("hashes by sourceIP", () => {
    assert.deepEqual(renderAffinity(hash({ sourceIP: true }), "gke", plain), {
      ...nothing,
      serviceAnnotations: {
        "cloud.google.com/backend-config": '{"default":"app-affinity"}',
        "cloud.google.com/neg": '{"ingress":true}',
      },
      objects: [
        {
          apiVersion: "cloud.google.com/v1",
          kind: "BackendConfig",
          name: "app-affinity",
          spec: { sessionAffinity: { affinityType: "CLIENT_IP" } },
        },
      ],
      requirements: ["The cluster is VPC-native, for network endpoint groups need it."],
    });
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("gke", hash(key))),
      [
        "key cookie is not possible with gke: BackendConfig has no hash of it, only GCPBackendPolicy of GKE's Gateway has (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with gke: BackendConfig has no hash of it, only GCPBackendPolicy of GKE's Gateway has (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "gke", plain), toPods);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("gke"), {
      redirect: {
        ingressAnnotations: { "networking.gke.io/v1beta1.FrontendConfig": "app-https" },
        objects: [
          {
            apiVersion: "networking.gke.io/v1beta1",
            kind: "FrontendConfig",
            name: "app-https",
            spec: { redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" } },
          },
        ],
      },
      both: {},
      elsewhere: {
        ingressAnnotations: { "networking.gke.io/v1beta1.FrontendConfig": "app-https" },
        objects: [
          {
            apiVersion: "networking.gke.io/v1beta1",
            kind: "FrontendConfig",
            name: "app-https",
            spec: { redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" } },
          },
        ],
      },
      elsewhereBoth: {},
    });
  });
});
