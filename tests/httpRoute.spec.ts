import assert from "node:assert/strict";
import { planExposure } from "../components/exposure/plan.ts";
import type { GatewaySettings, HostSettings, IngressSettings, PathSettings } from "../config/exposure.ts";

// That the API server takes these routes is proved by the end-to-end suite; no implementation of the Gateway API runs there.

const owner = { instance: "shop-dev", namespace: "shop", selector: { "app.kubernetes.io/name": "app" } };
const gateway: GatewaySettings = { name: "public", namespace: "gateways", section: "https", version: "1.6" };
const path = (value: string, more: Partial<PathSettings> = {}): PathSettings => ({
  path: value,
  pathType: "Prefix",
  ...more,
});
const shop: HostSettings = { host: "shop.example.com", paths: [path("/")] };
const affinity = { kind: "cookie", strict: false, name: "shop-affinity", maxAgeSeconds: 172_800 } as const;

const routes = (settings: Partial<IngressSettings>) => {
  const ingress: IngressSettings = {
    controller: "gateway-api",
    gateway,
    hosts: [shop],
    defaultBackend: false,
    tls: null,
    annotations: {},
    ...settings,
  };
  const plan = planExposure({ service: { type: "ClusterIP", port: 8080, annotations: {} }, ingress, affinity }, owner);
  assert.equal(plan.ingress, undefined);
  return plan.custom;
};
const named = (settings: Partial<IngressSettings>): Record<string, { rules?: unknown[]; hostnames?: string[] }> =>
  Object.fromEntries(
    routes(settings).map(({ metadata, spec }) => [metadata.name, spec as { rules?: unknown[]; hostnames?: string[] }]),
  );

const parentRefs = [{ name: "public", namespace: "gateways", sectionName: "https" }];
const sessionPersistence = {
  type: "Cookie",
  sessionName: "shop-affinity",
  cookieConfig: { lifetimeType: "Permanent" },
  absoluteTimeout: "48h",
};
const backendRefs = [{ name: "app", port: 8080 }];
const match = (value: string, type = "PathPrefix") => ({ path: { type, value } });
const rule = { matches: [match("/")], backendRefs, sessionPersistence };
/** The rule of another route, whose sessions must not be the first one's. */
const ruleOf = (sessionName: string) => ({ ...rule, sessionPersistence: { ...sessionPersistence, sessionName } });

describe("the plan of HTTPRoutes", () => {
  it("attaches hosts and paths to the Gateway, with the affinity in the rule", () => {
    assert.deepEqual(routes({ annotations: { team: "shop" } }), [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: {
          name: "app",
          namespace: "shop",
          labels: {
            "app.kubernetes.io/name": "app",
            "app.kubernetes.io/instance": "shop-dev",
            "app.kubernetes.io/component": "exposure",
            "app.kubernetes.io/part-of": "session-stack",
            "app.kubernetes.io/managed-by": "session-stack",
          },
          annotations: { team: "shop" },
        },
        spec: { parentRefs, hostnames: ["shop.example.com"], rules: [rule] },
      },
    ]);
  });

  it("leaves annotations out where there are none, for Pulumi would add an empty map in each run", () => {
    const keys = ["name", "namespace", "labels"];
    assert.deepEqual(
      routes({ defaultBackend: true }).map(({ metadata }) => [metadata.name, Object.keys(metadata)]),
      [
        ["app", keys],
        ["app-default", keys],
      ],
    );
  });

  it("say that TLS ends at the Gateway, which they cannot tell by themselves", () => {
    const all = routes({
      defaultBackend: true,
      tls: { elsewhere: true },
      gateway: { ...gateway, redirectSection: "http" },
    });
    const annotations = { "session-stack/tls": "elsewhere" };
    assert.deepEqual(
      all.map(({ metadata }) => [metadata.name, "annotations" in metadata ? metadata.annotations : undefined]),
      [
        ["app", annotations],
        ["app-default", annotations],
        ["app-https", annotations],
      ],
    );
  });

  it("names no more of the Gateway than is known", () => {
    const [route] = routes({ gateway: { name: "public", version: "1.6" } });
    assert.deepEqual(route?.spec.parentRefs, [{ name: "public" }]);
  });

  it("has one rule for each Service, and affinity in the application's alone", () => {
    const api = { service: { name: "api", port: 81 } };
    const paths = [path("/"), path("/api", api), path("/exact", { pathType: "Exact" }), path("/more", api)];
    assert.deepEqual(named({ hosts: [{ ...shop, paths }] }).app?.rules, [
      { ...rule, matches: [match("/"), match("/exact", "Exact")] },
      { matches: [match("/api"), match("/more")], backendRefs: [{ name: "api", port: 81 }] },
    ]);
  });

  it("has one route for all hosts with the same paths, and others for the others", () => {
    const hosts = [shop, { host: "b.example", paths: [path("/b")] }, { ...shop, host: "*.c.example" }];
    const spec = { parentRefs, rules: [rule] };
    assert.deepEqual(named({ hosts }), {
      app: { ...spec, hostnames: ["shop.example.com", "*.c.example"] },
      "app-2": {
        parentRefs,
        hostnames: ["b.example"],
        rules: [{ ...ruleOf("shop-affinity-2"), matches: [match("/b")] }],
      },
    });
    const twice = [shop, { ...shop, paths: [path("/b")] }];
    assert.deepEqual(named({ hosts: twice }).app?.rules, [{ ...rule, matches: [match("/"), match("/b")] }]);
  });

  it("has sixteen hosts at the most in a route, for the API server refuses more", () => {
    const names = Array.from({ length: 33 }, (_, index) => `h${index}.example`);
    const hosts = names.map((host) => ({ ...shop, host }));
    const made = named({ hosts, tls: { elsewhere: true }, gateway: { ...gateway, redirectSection: "http" } });
    const all = { "": names.slice(0, 16), "-2": names.slice(16, 32), "-3": names.slice(32) };
    for (const [suffix, hostnames] of Object.entries(all))
      for (const name of ["app", "app-https"]) assert.deepEqual(made[`${name}${suffix}`]?.hostnames, hostnames);
    assert.equal(Object.keys(made).length, 6);
  });

  it("has a route for every other host where that is asked for", () => {
    const made = named({ hosts: [{ ...shop, paths: [path("/b")] }], defaultBackend: true });
    assert.deepEqual(Object.keys(made), ["app", "app-default"]);
    assert.deepEqual(made["app-default"], { parentRefs, rules: [ruleOf("shop-affinity-default")] });
    assert.deepEqual(made.app?.rules, [{ ...rule, matches: [match("/b"), match("/")] }]);
  });

  it("leads HTTP to HTTPS on a listener of its own, unless the user does not want it", () => {
    const tls = { elsewhere: true } as const;
    const both = { tls, gateway: { ...gateway, redirectSection: "http" } };
    const hosts = [shop, { host: "b.example", paths: [path("/b")] }];
    assert.deepEqual(named({ ...both, hosts })["app-https"], {
      parentRefs: [{ ...parentRefs[0], sectionName: "http" }],
      hostnames: ["shop.example.com", "b.example"],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    });
    assert.deepEqual(Object.keys(named({ ...both, redirect: false })), ["app"]);
    assert.equal("hostnames" in (named({ ...both, defaultBackend: true })["app-https"] ?? {}), false);
    assert.deepEqual(Object.keys(named({ tls })), ["app"]);
  });

  it("has the shape of the release that the Gateway is of", () => {
    const [route] = routes({ gateway: { ...gateway, version: "1.7" } });
    assert.deepEqual((route?.spec as { rules?: unknown[] }).rules?.[0], {
      ...rule,
      sessionPersistence: {
        type: "Cookie",
        cookie: { name: "shop-affinity", path: "/", lifetimeType: "Permanent" },
        absoluteTimeout: "48h",
      },
    });
  });

  it("gives each route a session of its own in the shape of 1.7, too", () => {
    const hosts = [shop, { host: "b.example", paths: [path("/b")] }];
    const names = routes({ hosts, defaultBackend: true, gateway: { ...gateway, version: "1.7" } }).map(({ spec }) =>
      (spec as { rules: { sessionPersistence: { cookie: { name: string } } }[] }).rules.map(
        ({ sessionPersistence: { cookie } }) => cookie.name,
      ),
    );
    assert.deepEqual(names, [["shop-affinity"], ["shop-affinity-2"], ["shop-affinity-default"]]);
  });
});
