import assert from "node:assert/strict";
import { Exposure, type ExposureArgs, type IngressArgs } from "../components/exposure.ts";
import { children, run } from "./mocks.ts";

// That a controller serves the Ingress and sets the cookie is proved by the end-to-end suite.

const selector = { "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "exposure",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

const ingress: IngressArgs = { className: "traefik", hosts: [{ host: "shop.example.com", paths: ["/"] }] };
const args: ExposureArgs = {
  instance: "shop-dev",
  namespace: "shop",
  selector,
  service: { type: "ClusterIP", port: 80 },
  ingress,
  affinity: { kind: "none" },
};

const metadata = (annotations: Record<string, string>) => ({ name: "app", namespace: "shop", labels, annotations });
const skipAwait = { "pulumi.com/skipAwait": "true" };
const ports = [{ name: "http", port: 80, targetPort: "http" }];
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: metadata(skipAwait),
  spec: { type: "ClusterIP", selector, ports },
};

const create = (overrides: Partial<ExposureArgs> = {}) =>
  run(() => new Exposure("exposure", { ...args, ...overrides }));
type Made = Awaited<ReturnType<typeof create>>;
const serviceOf = (made: Made) => made.find("kubernetes:core/v1:Service", "exposure-service").inputs;
const ingressOf = (made: Made) => made.find("kubernetes:networking.k8s.io/v1:Ingress", "exposure-ingress").inputs;

describe("Exposure", () => {
  it("makes a Service and an Ingress below itself", async () => {
    assert.deepEqual(children(await create(), "session-stack:index:Exposure"), [
      "kubernetes:core/v1:Service exposure-service",
      "kubernetes:networking.k8s.io/v1:Ingress exposure-ingress",
    ]);
  });

  it("leads from host and path by the Service's port to the pods", async () => {
    const made = await create();
    assert.deepEqual(serviceOf(made), service);
    assert.deepEqual(ingressOf(made), {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: metadata({}),
      spec: {
        ingressClassName: "traefik",
        rules: [
          {
            host: "shop.example.com",
            http: {
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: { service: { name: "app", port: { name: "http" } } },
                },
              ],
            },
          },
        ],
      },
    });
  });

  it("tells consumers the first address, the Service and the affinity", async () => {
    const { result } = await create({ affinity: { kind: "cookie", strict: true, name: "shop-affinity" } });
    assert.deepEqual(
      { service: result.service, url: result.url, ingress: result.ingress },
      {
        service: "app",
        url: "http://shop.example.com/",
        ingress: { className: "traefik", host: "shop.example.com", affinity: "cookie" },
      },
    );
  });

  it("takes every host and path", async () => {
    const hosts = [
      { host: "a.example", paths: ["/shop", "/api"] },
      { host: "b.example", paths: ["/"] },
    ];
    const made = await create({ ingress: { className: "internal", hosts } });
    const backend = { service: { name: "app", port: { name: "http" } } };
    const rule = (host: string, ...paths: string[]) => ({
      host,
      http: { paths: paths.map((path) => ({ path, pathType: "Prefix", backend })) },
    });
    assert.deepEqual(ingressOf(made).spec, {
      ingressClassName: "internal",
      rules: [rule("a.example", "/shop", "/api"), rule("b.example", "/")],
    });
    assert.equal(made.result.url, "http://a.example/shop");
  });

  it("makes no Ingress when there is to be none", async () => {
    const made = await create({ ingress: null });
    assert.deepEqual(children(made, "session-stack:index:Exposure"), ["kubernetes:core/v1:Service exposure-service"]);
    assert.deepEqual([made.result.url, made.result.ingress], [null, null]);
  });

  it("gives the Service the port that is asked for", async () => {
    const made = await create({ service: { type: "ClusterIP", port: 8080 } });
    assert.deepEqual(serviceOf(made).spec, { ...service.spec, ports: [{ ...ports[0], port: 8080 }] });
  });

  describe("affinity", () => {
    it("cookie is written on the Service, and nothing on the Ingress", async () => {
      const made = await create({
        affinity: { kind: "cookie", strict: true, name: "shop-affinity", maxAgeSeconds: 3600 },
      });
      const sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie";
      assert.deepEqual(serviceOf(made), {
        ...service,
        metadata: metadata({
          ...skipAwait,
          [sticky]: "true",
          [`${sticky}.name`]: "shop-affinity",
          [`${sticky}.path`]: "/",
          [`${sticky}.httponly`]: "true",
          [`${sticky}.samesite`]: "lax",
          [`${sticky}.secure`]: "false",
          [`${sticky}.maxage`]: "3600",
        }),
      });
      assert.deepEqual(ingressOf(made).metadata, metadata({}));
    });

    it("clientIP is the Service's own", async () => {
      const made = await create({ ingress: null, affinity: { kind: "clientIP", timeoutSeconds: 600 } });
      assert.deepEqual(serviceOf(made), {
        ...service,
        spec: {
          ...service.spec,
          sessionAffinity: "ClientIP",
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
        },
      });
    });
  });

  it("does not collide with the way to another stack's application", async () => {
    const { resources } = await run(() => {
      new Exposure("one", args);
      new Exposure("two", { ...args, namespace: "other", instance: "shop-other" });
    });
    const objects = resources.filter(({ inputs }) => inputs.kind !== undefined);
    const identities = objects.map(({ inputs }) => {
      const { kind, metadata } = inputs as { kind: string; metadata: { namespace: string } };
      return `${kind} ${metadata.namespace}`;
    });
    assert.deepEqual(identities.sort(), ["Ingress other", "Ingress shop", "Service other", "Service shop"]);
  });
});
