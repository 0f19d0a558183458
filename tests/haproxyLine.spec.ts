import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import { cookie, hash, overTls, plain, unusual } from "./affinityCases.ts";
import { haproxyIngressLines, haproxytechLines } from "./e2e/ingress/haproxyLine.ts";

const possible = { ...unusual, path: "/", rebalance: "never", canary: "sticky", onFailure: "repick" } as const;

describe("the backend of a controller for HAProxy", () => {
  it("has HAProxy Ingress' cookie", () => {
    assert.deepEqual(haproxyIngressLines(renderAffinity(cookie(), "haproxy-ingress", plain)), [
      "balance random(2)",
      "cookie session-stack-affinity insert indirect nocache httponly attr SameSite=Lax dynamic",
      'dynamic-cookie-key "Ingress"',
    ]);
    assert.deepEqual(haproxyIngressLines(renderAffinity(cookie(possible), "haproxy-ingress", overTls)), [
      "balance random(2)",
      "cookie shop-affinity insert indirect nocache secure attr SameSite=Strict attr Max-Age=5400 domain example.com dynamic",
      'dynamic-cookie-key "Ingress"',
    ]);
  });

  it("has HAProxy Ingress' cookie for pods that keep their names", () => {
    const written = renderAffinity(cookie(), "haproxy-ingress", { ...plain, stablePods: true });
    assert.deepEqual(haproxyIngressLines(written), [
      "balance random(2)",
      "cookie session-stack-affinity insert preserve indirect nocache httponly attr SameSite=Lax",
    ]);
  });

  it("has HAProxy Ingress' own defaults for what no annotation says", () => {
    const serviceAnnotations = { "haproxy-ingress.github.io/affinity": "cookie" };
    assert.deepEqual(haproxyIngressLines({ serviceAnnotations, objects: [] }), [
      "balance random(2)",
      "cookie INGRESSCOOKIE insert indirect nocache httponly dynamic",
      'dynamic-cookie-key "Ingress"',
    ]);
    assert.deepEqual(haproxyIngressLines({ serviceAnnotations: {}, objects: [] }), ["balance random(2)"]);
  });

  it("has HAProxy Ingress' hash", () => {
    const keys = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true as const }];
    assert.deepEqual(
      keys.map((key) => haproxyIngressLines(renderAffinity(hash(key), "haproxy-ingress", plain))),
      [["balance hash req.cook(sid)"], ["balance hdr(X-User-Id)"], ["balance source"]],
    );
  });

  it("has HAProxy Technologies' cookie", () => {
    assert.deepEqual(haproxytechLines(renderAffinity(cookie(), "haproxytech", plain)), [
      "balance roundrobin",
      "cookie session-stack-affinity attr SameSite=Lax dynamic httponly indirect nocache insert",
      "dynamic-cookie-key ohph7OoGhong",
    ]);
    assert.deepEqual(haproxytechLines(renderAffinity(cookie(possible), "haproxytech", overTls)), [
      "balance roundrobin",
      "cookie shop-affinity domain example.com attr SameSite=Strict attr Max-Age=5400 dynamic indirect nocache insert secure",
      "dynamic-cookie-key ohph7OoGhong",
    ]);
  });

  it("has HAProxy Technologies' hash", () => {
    const keys = [{ cookie: "sid" }, { header: "X-User-Id" }, { sourceIP: true as const }];
    assert.deepEqual(
      keys.map((key) => haproxytechLines(renderAffinity(hash(key), "haproxytech", plain))),
      [
        ["balance hash req.cook(sid)", "hash-type consistent"],
        ["balance hash req.hdr(X-User-Id)", "hash-type consistent"],
        ["balance hash src", "hash-type consistent"],
      ],
    );
  });

  it("needs the Backend that the Service names", () => {
    const { serviceAnnotations } = renderAffinity(cookie(), "haproxytech", plain);
    assert.throws(
      () => haproxytechLines({ serviceAnnotations, objects: [] }),
      new Error("no Backend shop/app-affinity"),
    );
  });
});
