import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { nothing, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, https, plain, refusals } from "./affinityCases.ts";

describe("affinity of other", () => {
  it("has no cookie", () => {
    assert.deepEqual(renderAffinity(cookie(), "other", plain), nothing);
    assert.deepEqual(refusals("other", cookie()), [
      "kind cookie is not possible with other: its annotations are not known here; write them yourself, in ingress.annotations and service.annotations (possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb, gke, istio)",
    ]);
  });

  it("says which hash it has not", () => {
    const keys: HashKey[] = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true }];
    assert.deepEqual(
      keys.flatMap((key) => refusals("other", hash(key))),
      [
        "key cookie is not possible with other: its annotations are not known here; write them yourself, in ingress.annotations and service.annotations (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key header is not possible with other: its annotations are not known here; write them yourself, in ingress.annotations and service.annotations (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, istio)",
        "key sourceIP is not possible with other: its annotations are not known here; write them yourself, in ingress.annotations and service.annotations (possible with ingress-nginx, haproxy-ingress, haproxytech, nginx, gke, istio)",
      ],
    );
    for (const key of keys) assert.deepEqual(renderAffinity(hash(key), "other", plain), nothing);
  });

  it("serves HTTPS, and leads HTTP to it", () => {
    assert.deepEqual(https("other"), { redirect: {}, both: {}, elsewhere: {}, elsewhereBoth: {} });
  });
});
