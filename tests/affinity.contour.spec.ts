import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, plain, refusals } from "./affinityCases.ts";

describe("affinity of contour", () => {
  it("has no cookie", () => {
    assert.deepEqual(renderAffinity(cookie(), "contour", plain), nothing);
    assert.deepEqual(refusals("contour", cookie()), [
      "kind cookie is not possible with contour: Contour reads affinity from its own HTTPProxy alone, and has no annotation of an Ingress for it (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb, gke, istio)",
    ]);
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("contour", hash(key))),
      [
        "key cookie is not possible with contour: Contour reads affinity from its own HTTPProxy alone, and has no annotation of an Ingress for it (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with contour: Contour reads affinity from its own HTTPProxy alone, and has no annotation of an Ingress for it (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key sourceIP is not possible with contour: Contour reads affinity from its own HTTPProxy alone, and has no annotation of an Ingress for it (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, gke, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "contour", plain), nothing);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("contour"), {
      redirect: { ingressAnnotations: { "ingress.kubernetes.io/force-ssl-redirect": "true" } },
      both: {},
      elsewhere: {
        requirements: [
          "What ends TLS redirects HTTP by itself: the controller sees HTTP alone, and has no redirect that looks at X-Forwarded-Proto.",
        ],
      },
      elsewhereBoth: {},
    });
  });
});
