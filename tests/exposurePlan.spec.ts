import assert from "node:assert/strict";
import { ingressSources, serviceSources } from "../components/exposure/annotations.ts";
import { customKinds } from "../components/exposure/kinds.ts";
import { planExposure } from "../components/exposure/plan.ts";
import { wayTo, type ExposureSettings } from "../components/exposure/way.ts";
import type { Affinity } from "../components/affinity/types.ts";
import { dialects, type DialectName } from "../components/affinity/dialects.ts";
import type { IngressSettings, PathSettings, ServiceSettings } from "../config/exposure.ts";
import { isCustom } from "../render/objects.ts";

// That an API server takes these objects, and a controller serves them, is proved by the end-to-end suite.

const owner = { instance: "shop-dev", namespace: "shop", selector: { "app.kubernetes.io/name": "app" } };
const service: ServiceSettings = { type: "ClusterIP", port: 8080, annotations: {} };
const path = (value: string, more: Partial<PathSettings> = {}): PathSettings => ({
  path: value,
  pathType: "Prefix",
  ...more,
});
const api = { name: "api", port: 81 };
const hosts = [
  { host: "b.example", paths: [path("/"), path("/api", { pathType: "Exact", service: api })] },
  { host: "*.a.example", paths: [path("/x", { pathType: "ImplementationSpecific" })] },
];
const ingress = (more: Partial<IngressSettings> = {}): IngressSettings => ({
  controller: "ingress-nginx",
  hosts,
  defaultBackend: false,
  tls: null,
  annotations: {},
  ...more,
});
const plan = (settings: Partial<ExposureSettings>) =>
  planExposure({ service, ingress: null, affinity: { kind: "none" }, ...settings }, owner);
const nginx = "nginx.ingress.kubernetes.io";

describe("the plan of the Service", () => {
  const port = { name: "http", port: 80, targetPort: "http" };
  const { selector } = owner;
  const onNodes = { port: 80, nodePort: 30080, annotations: { team: "shop" }, externalTrafficPolicy: "Local" } as const;

  it("has a port of the nodes", () => {
    const { metadata, spec } = plan({ service: { type: "NodePort", ...onNodes } }).service;
    const ports = [{ ...port, nodePort: 30080 }];
    assert.deepEqual(spec, { type: "NodePort", externalTrafficPolicy: "Local", selector, ports });
    assert.deepEqual(metadata.annotations, { team: "shop" });
  });

  it("has what a load balancer reads, and ClientIP beside it", () => {
    const more = { sourceRanges: ["10.0.0.0/8"], loadBalancerClass: "example.com/internal" };
    const affinity = { kind: "clientIP", timeoutSeconds: 60 } as const;
    assert.deepEqual(plan({ service: { type: "LoadBalancer", ...onNodes, ...more }, affinity }).service.spec, {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      loadBalancerSourceRanges: ["10.0.0.0/8"],
      loadBalancerClass: "example.com/internal",
      selector,
      ports: [{ ...port, nodePort: 30080 }],
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    });
  });

  it("leaves out what is not asked for", () => {
    const plain = { type: "LoadBalancer", port: 80, annotations: {}, externalTrafficPolicy: "Cluster" } as const;
    const { spec } = plan({ service: { ...plain, sourceRanges: [] } }).service;
    assert.deepEqual(spec, { type: "LoadBalancer", externalTrafficPolicy: "Cluster", selector, ports: [port] });
  });
});

describe("the plan of the Ingress", () => {
  const app = { service: { name: "app", port: { name: "http" } } };

  it("has hosts, paths, their types and other Services", () => {
    assert.deepEqual(plan({ ingress: ingress({ className: "internal" }) }).ingress?.spec, {
      ingressClassName: "internal",
      rules: [
        {
          host: "b.example",
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: app },
              { path: "/api", pathType: "Exact", backend: { service: { name: "api", port: { number: 81 } } } },
            ],
          },
        },
        {
          host: "*.a.example",
          http: { paths: [{ path: "/x", pathType: "ImplementationSpecific", backend: app }] },
        },
      ],
    });
  });

  it("names a host once, for F5's controller refuses one that is there twice", () => {
    const twice = ["/a", "/b"].map((value) => ({ host: "b.example", paths: [path(value)] }));
    const { rules = [] } = plan({ ingress: ingress({ hosts: twice }) }).ingress?.spec ?? {};
    assert.deepEqual(
      rules.map(({ http }) => http.paths.map((one) => one.path)),
      [["/a", "/b"]],
    );
  });

  it("has the application for every other path and host where that is asked for, and no class where there is none", () => {
    const { spec } = plan({ ingress: ingress({ controller: "gke", defaultBackend: true }) }).ingress ?? {};
    assert.deepEqual(spec?.defaultBackend, app);
    const every = { path: "/", pathType: "Prefix", backend: app };
    assert.deepEqual(
      spec?.rules.map((rule) => ["host" in rule ? rule.host : "", rule.http.paths.at(-1)]),
      [
        ["b.example", { path: "/api", pathType: "Exact", backend: { service: { name: "api", port: { number: 81 } } } }],
        ["*.a.example", every],
        ["", every],
      ],
    );
    assert.equal("ingressClassName" in (spec ?? {}), false);
  });

  const tls: [title: string, tls: IngressSettings["tls"], secretName: RegExp | undefined, annotations: object][] = [
    ["a Secret", { secretName: "shop-tls" }, /^shop-tls$/, {}],
    ["an issuer of the cluster", { issuer: "le" }, /^app-issued-tls$/, { "cert-manager.io/cluster-issuer": "le" }],
    [
      "an issuer of the namespace",
      { issuer: "le", issuerKind: "Issuer" },
      /^app-issued-tls$/,
      { "cert-manager.io/issuer": "le" },
    ],
    ["a certificate of its own", { selfSigned: true }, /^app-tls-[0-9a-f]{10}$/, {}],
    ["a certificate that is elsewhere", { elsewhere: true }, undefined, { "session-stack/tls": "elsewhere" }],
  ];
  it("names each Secret once, with its hosts", () => {
    const own = [
      { host: "c.example", paths: [path("/")], secretName: "c-tls" },
      { host: "b.example", paths: [path("/")] },
      { host: "*.a.example", paths: [path("/")], secretName: "c-tls" },
      { host: "c.example", paths: [path("/x")] },
      { host: "d.example", paths: [path("/")], secretName: "shop-tls" },
    ];
    const { ingress: made } = plan({ ingress: ingress({ hosts: own, tls: { secretName: "shop-tls" } }) });
    assert.deepEqual((made?.spec as { tls?: unknown }).tls, [
      { hosts: ["b.example", "d.example"], secretName: "shop-tls" },
      { hosts: ["*.a.example", "c.example"], secretName: "c-tls" },
    ]);
  });

  for (const [title, settings, secretName, annotations] of tls) {
    it(`names ${title}`, () => {
      const { ingress: made, certificate } = plan({ ingress: ingress({ tls: settings, redirect: false }) });
      const { tls: entries } = (made?.spec ?? {}) as { tls?: { hosts: string[]; secretName: string }[] };
      assert.deepEqual(made?.metadata.annotations, { [`${nginx}/ssl-redirect`]: "false", ...annotations });
      if (secretName === undefined) assert.equal(entries, undefined);
      else {
        assert.deepEqual(entries?.[0]?.hosts, ["*.a.example", "b.example"]);
        assert.match(entries[0].secretName, secretName);
      }
      assert.deepEqual(certificate?.hosts, settings?.selfSigned === true ? ["*.a.example", "b.example"] : undefined);
    });
  }

  it("has the annotations of affinity, of TLS and the user's", () => {
    const annotations = { "example.com/team": "shop" };
    const settings = ingress({ tls: { secretName: "a" }, annotations });
    const { metadata } = plan({ ingress: settings, affinity: { kind: "hash", strict: true, key: { sourceIP: true } } })
      .ingress ?? { metadata: { annotations: {} } };
    assert.deepEqual(metadata.annotations, {
      "example.com/team": "shop",
      [`${nginx}/upstream-hash-by`]: "$remote_addr",
      [`${nginx}/ssl-redirect`]: "true",
    });
  });
});

describe("what every dialect writes", () => {
  const gateway = { name: "public", version: "1.6" } as const;
  const affinities: Affinity[] = [
    { kind: "cookie", strict: false },
    ...[{ cookie: "a" }, { header: "a" }, { sourceIP: true as const }].map(
      (key) => ({ kind: "hash", strict: false, key }) as const,
    ),
  ];
  for (const controller of Object.keys(dialects) as DialectName[]) {
    for (const affinity of affinities) {
      const title = affinity.kind === "hash" ? Object.keys(affinity.key).join() : "cookie";
      it(`of ${controller} for ${title} has no key twice, and no kind that pruning does not know`, () => {
        const more = controller === "gateway-api" ? { gateway } : {};
        const settings = { service, affinity, ingress: ingress({ controller, tls: { elsewhere: true }, ...more }) };
        const way = wayTo(settings, owner);
        for (const sources of [ingressSources(way), serviceSources(way)]) {
          const keys = sources.flatMap(({ annotations }) => Object.keys(annotations));
          assert.equal(new Set(keys).size, keys.length, keys.join());
        }
        for (const object of planExposure(settings, owner).custom) {
          const { apiVersion, kind } = object;
          assert.ok(isCustom({ ...object, spec: {} }), `${kind} of ${apiVersion}`);
          assert.ok(
            customKinds.some((known) => known.apiVersion === apiVersion && known.kind === kind),
            `${kind} of ${apiVersion}`,
          );
        }
      });
    }
  }
});
