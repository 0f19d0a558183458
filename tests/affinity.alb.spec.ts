import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, missingDefaults, overTls, plain, refusals, unusual } from "./affinityCases.ts";

const toPods = {
  ...nothing,
  serviceAnnotations: { "alb.ingress.kubernetes.io/target-type": "ip" },
  requirements: ["Pods have addresses of the VPC (Amazon VPC CNI), for they are the targets."],
};

describe("affinity of alb", () => {
  it("leads to pods where there is no affinity, for no other way leads to a Service of type ClusterIP", () => {
    assert.deepEqual(renderAffinity({ kind: "none" }, "alb", plain), toPods);
  });

  it("writes a cookie with the defaults", () => {
    assert.deepEqual(renderAffinity(cookie(), "alb", plain), {
      ...nothing,
      serviceAnnotations: {
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/target-group-attributes":
          "stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=86400",
      },
      requirements: ["Pods have addresses of the VPC (Amazon VPC CNI), for they are the targets."],
    });
  });

  it("writes what can be asked for", () => {
    const wishes = { name: "AWSALB", maxAgeSeconds: 5400 };
    assert.deepEqual(refusals("alb", cookie(wishes)), []);
    assert.deepEqual(renderAffinity(cookie(wishes), "alb", overTls), {
      ...nothing,
      serviceAnnotations: {
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/target-group-attributes":
          "stickiness.enabled=true,stickiness.type=lb_cookie,stickiness.lb_cookie.duration_seconds=5400",
      },
      requirements: ["Pods have addresses of the VPC (Amazon VPC CNI), for they are the targets."],
    });
  });

  it("says of each option what it cannot do, and who can", () => {
    assert.deepEqual(refusals("alb", cookie(unusual)), [
      "name must be AWSALB with ingress.controller alb: the load balancer names it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, istio)",
      "path must be / with ingress.controller alb: the load balancer always sets Path=/ (possible with traefik, ingress-nginx, nginx, istio)",
      "domain must be left out with ingress.controller alb: the load balancer sets it for the host alone (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "secure must be false with ingress.controller alb: AWSALB is never Secure; only AWSALBCORS beside it is (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "sameSite must be left out with ingress.controller alb: AWSALB has no SameSite; AWSALBCORS beside it has None (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "rebalance must be never with ingress.controller alb: its cookie names a pod until that goes (possible with ingress-nginx, gke, istio)",
      "onFailure must be repick with ingress.controller alb: a target that fails its health check is replaced by another one (possible with ingress-nginx)",
    ]);
  });

  it("says which defaults cannot be had", () => {
    assert.deepEqual(missingDefaults("alb"), [
      "name is session-stack-affinity by default, but with ingress.controller alb it can only be AWSALB: the load balancer names it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, istio)",
      "maxAgeSeconds is left out by default, but with ingress.controller alb it can only be 1 to 604800: its stickiness always ends; left out, after 86400 s (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, gke, istio)",
      "secure is true by default, but with ingress.controller alb it can only be false: AWSALB is never Secure; only AWSALBCORS beside it is (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "httpOnly is true by default, but with ingress.controller alb it can only be false: AWSALB is never HttpOnly (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
      "sameSite is Lax by default, but with ingress.controller alb it can only be left out: AWSALB has no SameSite; AWSALBCORS beside it has None (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
    ]);
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("alb", hash(key))),
      [
        "key cookie is not possible with alb: an Application Load Balancer has no hash among its algorithms (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with alb: an Application Load Balancer has no hash among its algorithms (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key sourceIP is not possible with alb: an Application Load Balancer has no hash among its algorithms (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, gke, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "alb", plain), toPods);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("alb"), {
      redirect: {
        ingressAnnotations: {
          "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
          "alb.ingress.kubernetes.io/ssl-redirect": "443",
        },
        requirements: [
          "AWS Certificate Manager has a certificate for the hosts, which the controller finds by their names; it reads no Secret.",
        ],
      },
      both: {
        ingressAnnotations: { "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]' },
        requirements: [
          "AWS Certificate Manager has a certificate for the hosts, which the controller finds by their names; it reads no Secret.",
        ],
      },
      elsewhere: {
        ingressAnnotations: {
          "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]',
          "alb.ingress.kubernetes.io/ssl-redirect": "443",
        },
        requirements: [
          "AWS Certificate Manager has a certificate for the hosts, which the controller finds by their names; it reads no Secret.",
        ],
      },
      elsewhereBoth: {
        ingressAnnotations: { "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]' },
        requirements: [
          "AWS Certificate Manager has a certificate for the hosts, which the controller finds by their names; it reads no Secret.",
        ],
      },
    });
  });
});
