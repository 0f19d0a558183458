import assert from "node:assert/strict";
import { ingress, problemsOf, read } from "./configs.ts";

describe("rules about annotations", () => {
  const set = (from: string) => `is set by session-stack; remove it, and say it with ${from}`;
  const sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie";
  const nginx = "nginx.ingress.kubernetes.io";

  it("take those that the stack does not set in this configuration", async () => {
    const annotations = { [`${nginx}/affinity`]: "cookie", "cert-manager.io/issuer": "x" };
    assert.deepEqual((await read({ ingress: { ...ingress, annotations } })).ingress?.annotations, annotations);
    const gce = { "kubernetes.io/ingress.class": "gce" };
    const gke = { ...ingress, controller: "gke", annotations: gce };
    assert.deepEqual((await read({ ingress: gke })).ingress?.annotations, gce);
  });

  it("refuse those that the stack sets, on the object where it sets them", async () => {
    const annotations = { [`${sticky}.path`]: "/", [`${nginx}/affinity`]: "cookie" };
    const affinity = { kind: "cookie" };
    assert.deepEqual(await problemsOf({ ingress, affinity, service: { annotations } }), [
      `shop:service.annotations.${sticky}.path ${set("affinity")}`,
    ]);
    const onIngress = { ...ingress, controller: "ingress-nginx", annotations };
    assert.deepEqual(await problemsOf({ ingress: onIngress, affinity }), [
      `shop:ingress.annotations.${nginx}/affinity ${set("affinity")}`,
    ]);
  });

  it("refuse those that differ in the case of letters alone, and the other issuer", async () => {
    const annotations = { [`${sticky}.NAME`]: "x" };
    assert.deepEqual(await problemsOf({ ingress, affinity: { kind: "cookie" }, service: { annotations } }), [
      `shop:service.annotations.${sticky}.NAME ${set("affinity")}`,
    ]);
    const tls = { issuer: "letsencrypt" };
    const other = { "cert-manager.io/issuer": "x" };
    assert.deepEqual(await problemsOf({ ingress: { ...ingress, tls, annotations: other } }), [
      `shop:ingress.annotations.cert-manager.io/issuer ${set("ingress.tls.issuer and ingress.tls.issuerKind")}`,
    ]);
  });

  it("refuse those of TLS, of the issuer and of the class", async () => {
    const issuer = { issuer: "letsencrypt" };
    const annotations = {
      [`${nginx}/ssl-redirect`]: "false",
      "cert-manager.io/cluster-issuer": "x",
      "kubernetes.io/ingress.class": "nginx",
    };
    const full = { ...ingress, controller: "ingress-nginx", tls: issuer, annotations };
    assert.deepEqual(await problemsOf({ ingress: full }), [
      `shop:ingress.annotations.${nginx}/ssl-redirect ${set("ingress.tls and ingress.redirect")}`,
      `shop:ingress.annotations.cert-manager.io/cluster-issuer ${set("ingress.tls.issuer")}`,
      `shop:ingress.annotations.kubernetes.io/ingress.class ${set("ingress.className")}`,
    ]);
  });

  const undo = "would undo what affinity says; remove it, or set affinity.kind none";
  const change = (option: string) => `would change what affinity says; remove it, and say it with affinity.${option}`;
  const traefikPrefix = "traefik.ingress.kubernetes.io";
  const reserved: [controller: string, affinity: object, annotation: string, message: string][] = [
    ["traefik", {}, `${sticky}.domain`, change("domain")],
    ["traefik", {}, `${sticky}.maxAge`, change("maxAgeSeconds")],
    ["traefik", {}, `${traefikPrefix}/service.sticky.other`, change("kind")],
    ["traefik", {}, `${traefikPrefix}/service.nativelb`, undo],
    ["ingress-nginx", {}, `${nginx}/session-cookie-domain`, change("domain")],
    ["ingress-nginx", {}, `${nginx}/session-cookie-expires`, change("maxAgeSeconds")],
    ["ingress-nginx", {}, `${nginx}/upstream-hash-by-subset`, change("key")],
    ["ingress-nginx", { kind: "hash", key: { sourceIP: true } }, `${nginx}/affinity`, change("kind")],
    ["ingress-nginx", { kind: "hash", key: { sourceIP: true } }, `${nginx}/service-upstream`, undo],
    ["haproxy-ingress", {}, "haproxy-ingress.github.io/session-cookie-preserve", change("kind")],
    ["haproxy-ingress", {}, "ingress.kubernetes.io/session-cookie-domain", change("domain")],
    ["haproxy-ingress", {}, "haproxy-ingress.github.io/balance-algorithm", change("key")],
    ["haproxytech", {}, "haproxy.com/cookie-persistence", change("kind")],
    ["haproxytech", {}, "haproxy.org/load-balance", change("key")],
    ["nginx", {}, "nginx.org/lb-method", change("key")],
    ["nginx", {}, "nginx.com/sticky-cookie-services", change("kind")],
    ["nginx", {}, "nginx.org/use-cluster-ip", undo],
    ["alb", { strict: false }, "alb.ingress.kubernetes.io/target-group-attributes", change("kind")],
    ["gke", { strict: false }, "beta.cloud.google.com/backend-config", change("kind")],
  ];
  for (const [controller, affinity, annotation, message] of reserved) {
    it(`refuse ${annotation} beside affinity with ${controller}, and take it without`, async () => {
      const own = { ...ingress, controller, annotations: { [annotation]: "x" } };
      const service = { annotations: { [annotation]: "x" } };
      const kept = { kind: "cookie", ...affinity };
      const on = async (key: string, values: object) =>
        (await problemsOf({ ingress: { ...ingress, controller }, affinity: kept, ...values })).filter((line) =>
          line.startsWith(`shop:${key}.annotations.`),
        );
      assert.deepEqual(await on("ingress", { ingress: own }), [`shop:ingress.annotations.${annotation} ${message}`]);
      // Where the stack sets it itself, the other message says so.
      const [first = "", ...more] = await on("service", { service });
      assert.deepEqual([first.startsWith(`shop:service.annotations.${annotation} `), more], [true, []]);
      const free = await read({ ingress: own, affinity: { kind: "none" }, service });
      assert.deepEqual(free.ingress?.annotations, own.annotations);
      assert.deepEqual(free.service.annotations, service.annotations);
    });
  }

  it("take others beside an affinity", async () => {
    const annotations = { [`${traefikPrefix}/service.passhostheader`]: "true", [`${nginx}/affinity`]: "cookie" };
    const { service } = await read({ ingress, affinity: { kind: "cookie" }, service: { annotations } });
    assert.deepEqual(service.annotations, annotations);
  });

  it("are one line for a class that is not read, though its annotation is there", async () => {
    const annotations = { "kubernetes.io/ingress.class": "gce" };
    assert.deepEqual(await problemsOf({ ingress: { ...ingress, controller: "gke", className: "gce", annotations } }), [
      "shop:ingress.className is not read by ingress.controller gke; remove it",
    ]);
  });
});
