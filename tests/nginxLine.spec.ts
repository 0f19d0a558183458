import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import type { Affinity } from "../components/affinity/types.ts";
import { nginxLines } from "./e2e/ingress/nginxLine.ts";

const place = { name: "app", namespace: "shop", tls: true, gatewayApi: "1.6" } as const;
const linesOf = (affinity: Affinity) => nginxLines(renderAffinity(affinity, "nginx", place).ingressAnnotations, "app");

describe("the upstream that F5's controller writes", () => {
  it("has the cookie of the annotation", () => {
    assert.deepEqual(
      linesOf({ kind: "cookie", strict: true, name: "pin", maxAgeSeconds: 3600, domain: "example.com" }),
      [
        "zone app 256k;",
        "random two least_conn;",
        "sticky cookie pin expires=3600s domain=example.com httponly secure samesite=lax path=/;",
      ],
    );
  });

  it("hashes what the annotation says", () => {
    assert.deepEqual(linesOf({ kind: "hash", strict: true, key: { header: "X-User" } }), [
      "zone app 256k;",
      "hash $http_x_user consistent;",
    ]);
  });

  it("has no cookie of another Service", () => {
    const annotations = {
      "nginx.org/sticky-cookie-services": "serviceName=apps pin path=/; serviceName=shop id path=/a",
    };
    assert.deepEqual(nginxLines(annotations, "app"), ["zone app 256k;", "random two least_conn;"]);
    assert.equal(nginxLines(annotations, "shop").at(-1), "sticky cookie id path=/a;");
  });
});
