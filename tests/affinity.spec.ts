import assert from "node:assert/strict";
import { renderAffinity, shortfalls } from "../components/affinity/affinity.ts";
import {
  nothing,
  type Affinity,
  type CookieAffinity,
  type Place,
  type Rendering,
} from "../components/affinity/types.ts";

// That Traefik acts on its annotations is proved by the end-to-end suite.

const sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie";
const cookie = {
  [sticky]: "true",
  [`${sticky}.name`]: "shop-affinity",
  [`${sticky}.path`]: "/",
  [`${sticky}.httponly`]: "true",
  [`${sticky}.samesite`]: "lax",
  [`${sticky}.secure`]: "false",
};
const place = (tls: boolean): Place => ({ name: "app", namespace: "shop", tls, gatewayApi: "1.6" });

const cases: [title: string, affinity: Affinity, tls: boolean, rendering: Rendering][] = [
  ["adds nothing for none", { kind: "none" }, false, nothing],
  [
    "writes a cookie's attributes on the Service, where Traefik reads them",
    { kind: "cookie", strict: true, name: "shop-affinity" },
    false,
    { ...nothing, serviceAnnotations: cookie },
  ],
  [
    "limits the life of a cookie in seconds",
    { kind: "cookie", strict: true, name: "shop-affinity", maxAgeSeconds: 3600 },
    false,
    { ...nothing, serviceAnnotations: { ...cookie, [`${sticky}.maxage`]: "3600" } },
  ],
  [
    "makes the cookie Secure behind TLS",
    { kind: "cookie", strict: true, name: "shop-affinity" },
    true,
    { ...nothing, serviceAnnotations: { ...cookie, [`${sticky}.secure`]: "true" } },
  ],
  [
    "sets the Service's own affinity for clientIP",
    { kind: "clientIP", timeoutSeconds: 60 },
    true,
    {
      ...nothing,
      serviceSpec: { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
    },
  ],
];

describe("affinity", () => {
  for (const [title, affinity, tls, rendering] of cases) {
    it(title, () => assert.deepEqual(renderAffinity(affinity, "traefik", place(tls)), rendering));
  }

  it("adds nothing for a cookie or a hash without an Ingress", () => {
    assert.deepEqual(renderAffinity({ kind: "cookie", strict: true }, null, place(true)), nothing);
    assert.deepEqual(
      renderAffinity({ kind: "hash", strict: true, key: { sourceIP: true } }, null, place(true)),
      nothing,
    );
  });

  it("misses nothing of none and clientIP, whatever the controller", () => {
    assert.deepEqual(shortfalls({ kind: "none" }, "other", place(true)), []);
    assert.deepEqual(shortfalls({ kind: "clientIP", timeoutSeconds: 60 }, "other", place(true)), []);
  });

  it("tells what was asked for from what is a default", () => {
    const asked = (cookie: Partial<CookieAffinity>) =>
      shortfalls({ kind: "cookie", strict: true, ...cookie }, "istio", place(true)).map(({ key, asked }) => [
        key,
        asked,
      ]);
    assert.deepEqual(asked({}), [["rebalance", false]]);
    assert.deepEqual(asked({ rebalance: "never", httpOnly: false }), [
      ["httpOnly", true],
      ["rebalance", true],
    ]);
    assert.deepEqual(asked({ rebalance: undefined }), [["rebalance", false]]);
  });
});
