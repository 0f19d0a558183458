import assert from "node:assert/strict";
import { certificates } from "../doctor/checks/certificates.ts";
import { gateway } from "../doctor/checks/gateway.ts";
import { ingressClass } from "../doctor/checks/ingressClass.ts";
import { kinds } from "../doctor/checks/kinds.ts";
import { metrics } from "../doctor/checks/metrics.ts";
import { closed, found, stack, unread } from "./doctors.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const hosts = [{ host: "shop.example.com" }];
const reached = (more: object = {}) => ({ ingress: { hosts, ...more } });

const conditions = (type: string, status: string, more = {}) => ({
  status: { conditions: [{ type, status, ...more }] },
});

describe("the doctor's look at kinds", () => {
  it("wants those of the controller to be there", async () => {
    const redirected = await stack(reached({ tls: { secretName: "shop-tls" } }));
    const fake = new FakeCluster();
    assert.deepEqual(await found(kinds, redirected, fake), [
      {
        status: "fail",
        found: "there is no Middleware of traefik.io/v1alpha1, the kind of Middleware shop/app-https",
        remedy:
          "install its CustomResourceDefinition, which comes with the controller that session-stack:ingress.controller names, or name another",
      },
    ]);
    fake.customKinds.add("traefik.io/v1alpha1 Middleware");
    assert.deepEqual(await found(kinds, redirected, fake), [
      { status: "ok", found: "Middleware of traefik.io/v1alpha1" },
    ]);
    assert.deepEqual(await found(kinds, await stack(reached())), []);
  });
});

describe("the doctor's look at the ingress class", () => {
  const classOf = (name: string, controller: string) =>
    object("IngressClass", name, undefined, { spec: { controller } });

  it("wants that of the Ingress to be there", async () => {
    const fake = new FakeCluster([classOf("nginx", "k8s.io/ingress-nginx"), classOf("alb", "ingress.k8s.aws/alb")]);
    assert.deepEqual(await found(ingressClass, await stack(reached()), fake), [
      {
        status: "fail",
        found: "there is no IngressClass traefik, so no controller takes the Ingress; there are: nginx, alb",
        remedy:
          "install the controller, or set session-stack:ingress.controller and ingress.className to what is there",
      },
    ]);
    assert.deepEqual(await found(ingressClass, await stack(reached({ controller: "ingress-nginx" })), fake), [
      { status: "ok", found: "nginx is of k8s.io/ingress-nginx; whether that runs is not known" },
    ]);
    assert.deepEqual(await found(ingressClass, await stack()), []);
    assert.deepEqual(await found(ingressClass, await stack(reached()), closed("IngressClass")), [
      unread("which IngressClasses there are", "IngressClass"),
    ]);
  });

  it("knows controllers that can do without", async () => {
    assert.deepEqual(await found(ingressClass, await stack(reached({ controller: "contour" }))), [
      {
        status: "warn",
        found: "there is no IngressClass contour, which Contour can do without",
        remedy: "see that Contour is installed",
      },
    ]);
    assert.deepEqual(await found(ingressClass, await stack(reached({ controller: "gke" }))), [
      {
        status: "unknown",
        found: "the Ingress names no class, so whether a controller takes it cannot be known",
        remedy: "after up, see whether it gets an address: kubectl get ingress",
      },
    ]);
  });
});

describe("the doctor's look at the Gateway", () => {
  const routed = (more = {}) =>
    reached({ controller: "gateway-api", gateway: { name: "public", namespace: "edge", ...more } });
  const listener = (name: string, from?: string) => ({
    name,
    ...(from === undefined ? {} : { allowedRoutes: { namespaces: { from } } }),
  });
  const accepted = conditions("Accepted", "True");

  /** What it finds on a cluster with this Gateway. */
  async function at(listeners: object[], status: object = accepted, place = "edge", overrides = routed()) {
    const spec = { gatewayClassName: "eg", listeners };
    const fake = new FakeCluster([object("Gateway", "public", place, { spec, ...status })]);
    fake.customKinds.add("gateway.networking.k8s.io/v1 Gateway");
    return found(gateway, await stack(overrides), fake);
  }

  it("wants it to be there and accepted", async () => {
    const all = [listener("http", "All")];
    assert.deepEqual(await at(all), [{ status: "ok", found: "Gateway edge/public of class eg is accepted" }]);
    assert.deepEqual(await at(all, {}, "other"), [
      {
        status: "fail",
        found: "there is no Gateway edge/public",
        remedy: "name one that is there in session-stack:ingress.gateway: kubectl get gateway -A",
      },
    ]);
    const remedy = "see that the controller of GatewayClass eg runs";
    assert.deepEqual(await at(all, {}), [{ status: "fail", found: "Gateway edge/public was not accepted", remedy }]);
    const pending = conditions("Accepted", "Unknown", { reason: "Pending", message: "Waiting for controller" });
    assert.deepEqual(await at(all, pending), [
      { status: "fail", found: "Gateway edge/public was not accepted: Pending: Waiting for controller", remedy },
    ]);
  });

  it("wants its listeners to take routes of the namespace", async () => {
    const closedTo = [
      {
        status: "fail",
        found: "Gateway edge/public takes no routes of namespace shop",
        remedy:
          "have its owner set allowedRoutes.namespaces.from of the listener to All, or to a Selector of that namespace",
      },
    ];
    assert.deepEqual(await at([listener("http")]), closedTo);
    assert.deepEqual(await at([listener("http", "Same"), listener("https", "None")]), closedTo);
    assert.deepEqual(await at([listener("http", "Selector")]), [
      {
        status: "warn",
        found: "Gateway edge/public takes routes of namespaces with certain labels alone",
        remedy: "see that namespace shop has them: kubectl -n edge get gateway public -o yaml",
      },
    ]);
    const near = reached({ controller: "gateway-api", gateway: { name: "public" } });
    assert.deepEqual(await at([listener("http")], accepted, "shop", near), [
      { status: "ok", found: "Gateway shop/public of class eg is accepted" },
    ]);
  });

  it("wants the listener that is named", async () => {
    const named = routed({ section: "https" });
    const all = [listener("web", "All"), listener("tls", "All")];
    assert.deepEqual(await at(all, accepted, "edge", named), [
      {
        status: "fail",
        found: "Gateway edge/public has no listener https; it has: web, tls",
        remedy: "set session-stack:ingress.gateway.section and redirectSection to these",
      },
    ]);
    const mixed = [listener("web", "All"), listener("https", "None")];
    assert.equal((await at(mixed, accepted, "edge", named))[0]?.status, "fail");
  });
});

describe("the doctor's look at certificates", () => {
  it("warns of a Secret that has none", async () => {
    assert.deepEqual(await found(certificates, await stack(reached({ tls: { secretName: "shop-tls" } }))), [
      {
        status: "warn",
        found:
          "Secret shop/shop-tls, which ingress.tls names, is not there: until it is right, visitors of shop.example.com get the controller's own certificate, which browsers refuse",
        remedy: "see that the Secret holds a certificate for these hosts: kubectl create secret tls …",
      },
    ]);
  });

  it("wants the issuer to be there and ready", async () => {
    const issued = await stack(reached({ tls: { issuer: "letsencrypt", issuerKind: "ClusterIssuer" } }));
    const at = (...objects: ReturnType<typeof object>[]) => {
      const fake = new FakeCluster(objects);
      fake.customKinds.add("cert-manager.io/v1 ClusterIssuer");
      return found(certificates, issued, fake);
    };
    assert.deepEqual(await at(), [
      {
        status: "fail",
        found: "there is no ClusterIssuer letsencrypt of cert-manager, so nobody makes the certificate",
        remedy: "install cert-manager and make it, or set session-stack:ingress.tls to another issuer or a Secret",
      },
    ]);
    const issuer = (status: string, message?: string) =>
      object("ClusterIssuer", "letsencrypt", undefined, conditions("Ready", status, { message }));
    assert.deepEqual(await at(issuer("False", "account not registered")), [
      {
        status: "warn",
        found: "ClusterIssuer letsencrypt of cert-manager is not ready: account not registered",
        remedy:
          "until it is, visitors get the controller's own certificate, which browsers refuse: kubectl describe clusterissuer letsencrypt",
      },
    ]);
    const fine = [{ status: "ok", found: "for every host there is a certificate, or somebody who makes it" }];
    assert.deepEqual(await at(issuer("True")), fine);
    assert.deepEqual(await found(certificates, await stack(reached({ tls: { selfSigned: true } }))), fine);
    assert.deepEqual(await found(certificates, await stack(reached())), []);
  });
});

describe("the doctor's look at the metrics API", () => {
  const scaled = () => stack({ app: { image: "ghcr.io/acme/shop:1.4.2", autoscale: { min: 1, max: 4 } } });
  const service = (status: string, message?: string) =>
    object("APIService", "v1beta1.metrics.k8s.io", undefined, conditions("Available", status, { message }));

  it("wants it where something is scaled", async () => {
    assert.deepEqual(await found(metrics, await scaled()), [
      {
        status: "fail",
        found: "there is no metrics.k8s.io: with session-stack:app.autoscale nothing is scaled",
        remedy: "install metrics-server",
      },
    ]);
    const broken = new FakeCluster([service("False", "no endpoints available")]);
    assert.deepEqual(await found(metrics, await scaled(), broken), [
      {
        status: "fail",
        found:
          "metrics.k8s.io is not served: no endpoints available: with session-stack:app.autoscale nothing is scaled",
        remedy: "look at its pods: kubectl -n kube-system get pods",
      },
    ]);
    assert.deepEqual(await found(metrics, await scaled(), new FakeCluster([service("True")])), [
      { status: "ok", found: "metrics.k8s.io is served" },
    ]);
    assert.deepEqual(await found(metrics, await stack()), []);
  });
});
