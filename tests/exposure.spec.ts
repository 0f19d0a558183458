import assert from "node:assert/strict";
import { Exposure, type ExposureArgs } from "../components/exposure.ts";
import type { IngressSettings } from "../config/exposure.ts";
import { children, run, valueOf } from "./mocks.ts";

// That a controller serves the Ingress and sets the cookie is proved by the end-to-end suite.

const selector = { "app.kubernetes.io/name": "app", "app.kubernetes.io/instance": "shop-dev" };
const labels = {
  ...selector,
  "app.kubernetes.io/component": "exposure",
  "app.kubernetes.io/part-of": "session-stack",
  "app.kubernetes.io/managed-by": "session-stack",
};

const ingress: IngressSettings = {
  controller: "traefik",
  hosts: [{ host: "shop.example.com", paths: [{ path: "/", pathType: "Prefix" }] }],
  defaultBackend: false,
  tls: null,
  annotations: {},
};
const args: ExposureArgs = {
  instance: "shop-dev",
  namespace: "shop",
  selector,
  service: { type: "ClusterIP", port: 80, annotations: {} },
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
      { service: result.service, url: await valueOf(result.url), ingress: result.ingress },
      {
        service: "app",
        url: "http://shop.example.com/",
        ingress: { className: "traefik", host: "shop.example.com", affinity: "cookie" },
      },
    );
  });

  it("makes no Ingress when there is to be none", async () => {
    const made = await create({ ingress: null });
    assert.deepEqual(children(made, "session-stack:index:Exposure"), ["kubernetes:core/v1:Service exposure-service"]);
    assert.deepEqual([await valueOf(made.result.url), made.result.ingress], [null, null]);
  });

  it("gives the Service the port that is asked for", async () => {
    const made = await create({ service: { type: "ClusterIP", port: 8080, annotations: {} } });
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

  it("waits for the address of a load balancer, and for no other Service", async () => {
    const onNodes = { port: 80, annotations: {}, externalTrafficPolicy: "Cluster" } as const;
    const loadBalancer = { ...onNodes, type: "LoadBalancer" as const, sourceRanges: [] };
    assert.deepEqual(serviceOf(await create({ service: loadBalancer })).metadata, metadata({}));
    const nodePort = { ...onNodes, type: "NodePort" } as const;
    assert.deepEqual(serviceOf(await create({ service: nodePort })).metadata, metadata(skipAwait));
  });

  it("does not wait for the address of an Ingress that never gets one", async () => {
    const made = await create({ ingress: { ...ingress, awaitAddress: false } });
    assert.deepEqual(ingressOf(made).metadata, metadata(skipAwait));
  });

  it("knows no address of a load balancer before the cluster gave it one", async () => {
    const service = { type: "LoadBalancer" as const, port: 80, annotations: {}, sourceRanges: [] };
    const { result } = await create({ ingress: null, service: { ...service, externalTrafficPolicy: "Local" } });
    assert.equal(await valueOf(result.url), null);
  });

  it("registers the controller's own objects", async () => {
    const made = await create({ ingress: { ...ingress, tls: { secretName: "shop-tls" } } });
    assert.deepEqual(children(made, "session-stack:index:Exposure"), [
      "kubernetes:core/v1:Service exposure-service",
      "kubernetes:networking.k8s.io/v1:Ingress exposure-ingress",
      "kubernetes:traefik.io/v1alpha1:Middleware exposure-middleware-app-https",
    ]);
    const middleware = made.find("kubernetes:traefik.io/v1alpha1:Middleware", "exposure-middleware-app-https");
    assert.deepEqual(middleware.inputs, {
      apiVersion: "traefik.io/v1alpha1",
      kind: "Middleware",
      metadata: { name: "app-https", namespace: "shop", labels },
      spec: {
        redirectRegex: {
          regex: "^http://([^/:]+)(:[0-9]+)?(/.*)?$",
          replacement: "https://${1}${3}",
          permanent: true,
        },
      },
    });
    assert.equal(await valueOf(made.result.url), "https://shop.example.com/");
  });

  it("makes an HTTPRoute in place of an Ingress", async () => {
    const gateway = { name: "public", version: "1.6" } as const;
    const made = await create({ ingress: { ...ingress, controller: "gateway-api", gateway } });
    assert.deepEqual(children(made, "session-stack:index:Exposure"), [
      "kubernetes:core/v1:Service exposure-service",
      "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute exposure-httproute-app",
    ]);
    assert.deepEqual(made.result.ingress, { className: null, host: "shop.example.com", affinity: "none" });
  });

  it("makes a certificate of its own as a secret, under a name that is another one for other hosts", async () => {
    const secretOf = async (host: string) => {
      const hosts = [{ host, paths: [{ path: "/", pathType: "Prefix" as const }] }];
      const { resources } = await create({ ingress: { ...ingress, hosts, tls: { selfSigned: true } } });
      const [secret, ...more] = resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
      assert.ok(secret !== undefined && more.length === 0);
      return { name: secret.name, ...secret.inputs } as unknown as {
        name: string;
        type: string;
        metadata: { name: string; annotations: Record<string, string> };
        stringData: { value: Record<string, string> };
      };
    };
    const { name, type, metadata: made, stringData } = await secretOf("a.example");
    assert.match(made.name, /^app-tls-[0-9a-f]{10}$/);
    assert.equal(name, `exposure-${made.name}`);
    assert.equal(type, "kubernetes.io/tls");
    assert.deepEqual(made.annotations, { "session-stack/self-signed": "a.example" });
    // Wrapped, which is how Pulumi marks a secret.
    assert.deepEqual(Object.keys(stringData.value), ["tls.crt", "tls.key"]);
    assert.equal((await secretOf("a.example")).name, name);
    assert.notEqual((await secretOf("b.example")).name, name);
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
