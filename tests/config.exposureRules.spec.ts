import assert from "node:assert/strict";
import { ingress, read, refuses, type Refusal } from "./configs.ts";

// What a Secret, an issuer or a Gateway really has is not known here.

const gateway = { name: "public", section: "https", redirectSection: "http" };
const route = { ...ingress, controller: "gateway-api", gateway, tls: { elsewhere: true } };
const hosts = (...paths: unknown[]) => ({ hosts: [{ host: "a.example", paths }] });

describe("rules about the Ingress", () => {
  it("take the same path with another type", async () => {
    const paths = ["/api", { path: "/api", pathType: "Exact" }, { path: "/api/", pathType: "Exact" }];
    assert.equal((await read({ ingress: hosts(...paths) })).ingress?.hosts[0]?.paths.length, 3);
  });

  it("take a path of another Service alone where the application is the default", async () => {
    const other = hosts({ path: "/", service: { name: "api", port: 80 } });
    assert.equal((await read({ ingress: { ...other, defaultBackend: true } })).ingress?.defaultBackend, true);
  });

  for (const tls of [{ secretName: "a" }, { issuer: "a" }, { selfSigned: true }, { elsewhere: true }, null]) {
    it(`take tls ${JSON.stringify(tls)}, and no redirect with it`, async () => {
      assert.deepEqual((await read({ ingress: { ...ingress, tls, redirect: false } })).ingress?.tls, tls);
    });
  }

  const needsOne = ".tls needs one of secretName, issuer, selfSigned or elsewhere; it has";
  refuses("ingress", [
    [
      { hosts: [{ host: "a.example" }, { host: "b.example" }, { host: "a.example", paths: ["/api", "/"] }] },
      ".hosts.2 repeats a.example/",
    ],
    [hosts("/api", "/api"), ".hosts.0 repeats a.example/api"],
    [hosts("/api", "/api/"), ".hosts.0 repeats a.example/api/"],
    [
      hosts("/", { path: "/x", service: { name: "app", port: 80 } }),
      ".hosts.0.paths.1.service.name is the application's own Service; leave service out",
    ],
    [
      hosts({ path: "/x", service: { name: "api", port: 80 } }),
      ".hosts lead to other Services alone; one path has to be the application's",
    ],
    [
      { ...ingress, controller: "nginx", defaultBackend: true },
      ".defaultBackend true is not possible with ingress.controller nginx: it refuses an Ingress with a rule that names no host",
    ],
    ...["/a?b", "/a#b", "/a{b}", "/%zz", "/ä", "/a\u0001"].map((path): Refusal => [
      hosts("/", path),
      `.hosts.0.paths.1.path must have the characters of a URL's path, others as %XX, with pathType Prefix, got ${JSON.stringify(path)}`,
    ]),
    [
      hosts("/", { path: "/(ä)", pathType: "ImplementationSpecific" }),
      '.hosts.0.paths.1.path must have printable characters of ASCII, with pathType ImplementationSpecific, got "/(ä)"',
    ],
    [{ ...ingress, tls: {} }, `${needsOne} none`],
    [{ ...ingress, tls: { secretName: "a", selfSigned: true } }, `${needsOne} secretName, selfSigned`],
    [
      { ...ingress, tls: { elsewhere: true, issuerKind: "Issuer" } },
      ".tls.issuerKind belongs to issuer; remove it or name an issuer",
    ],
    ...([{ secretName: "a" }, { issuer: "a" }, { selfSigned: true }] as const).flatMap((tls): Refusal[] => [
      [
        { ...route, tls },
        ".tls must be {elsewhere: true} with ingress.controller gateway-api: the Gateway's listener has the certificate",
      ],
      [
        { ...ingress, controller: "alb", tls },
        ".tls must be {elsewhere: true} with ingress.controller alb: it takes certificates from AWS Certificate Manager",
      ],
    ]),
    [{ ...ingress, redirect: true }, ".redirect true leads to HTTPS, which needs ingress.tls"],
    [
      { ...ingress, controller: "istio", tls: { secretName: "a" }, redirect: true },
      ".redirect true is not possible with ingress.controller istio: Istio's support of Ingress has no annotation for it",
    ],
    [
      { ...route, gateway: { name: "public" }, redirect: true },
      ".redirect true needs ingress.gateway.redirectSection, the listener for HTTP, whose visitors are led to HTTPS",
    ],
    [
      { ...ingress, controller: "other" },
      ".className is required with ingress.controller other: the class whose controller is meant",
    ],
    [{ ...route, className: "x" }, ".className belongs to an Ingress, and gateway-api makes none; remove it"],
    [{ ...route, awaitAddress: false }, ".awaitAddress belongs to an Ingress, and gateway-api makes none; remove it"],
    [
      { ...ingress, controller: "gke", className: "gce" },
      ".className is not read by ingress.controller gke; remove it",
    ],
    [{ ...ingress, gateway }, ".gateway belongs to ingress.controller gateway-api; remove it"],
    [
      { ...route, gateway: undefined },
      ".gateway is required with ingress.controller gateway-api: the Gateway that the HTTPRoute attaches to",
    ],
    [
      { ...route, tls: null },
      ".gateway.redirectSection leads HTTP to HTTPS, which needs ingress.tls; remove it or set tls",
    ],
    [
      { ...route, gateway: { ...gateway, section: undefined } },
      ".gateway.redirectSection needs ingress.gateway.section, or the HTTPRoute answers on the listener for HTTP, too",
    ],
    [
      { ...route, gateway: { ...gateway, section: "http" } },
      '.gateway.redirectSection must differ from ingress.gateway.section, or HTTPS is led to itself, got "http"',
    ],
    [
      { ...route, ...hosts("/", { path: "/x", pathType: "ImplementationSpecific" }) },
      '.hosts.0.paths.1.pathType must be Prefix or Exact with ingress.controller gateway-api, got "ImplementationSpecific"',
    ],
    ...(
      [
        [64, 0, 0, undefined],
        [65, 0, 0, "a.example has 65 paths to one Service, and a rule of an HTTPRoute takes 64"],
        [1, 15, 1, undefined],
        [1, 16, 1, "a.example has 17 Services, and an HTTPRoute takes 16"],
        [64, 2, 33, "a.example has 130 paths, and an HTTPRoute takes 128"],
      ] as const
    ).flatMap(([own, services, each, clause]): Refusal[] => {
      const paths = [
        ...Array.from({ length: own }, (_, index) => `/p${index}`),
        ...Array.from({ length: services * each }, (_, index) => ({
          path: `/s${index}`,
          service: { name: `s${index % services}`, port: 80 },
        })),
      ];
      // With a section that is wrong, too, so that what is not too much is refused for that alone.
      const wrong = { ...route, gateway: { ...gateway, section: "http" }, ...hosts(...paths) };
      const section =
        '.gateway.redirectSection must differ from ingress.gateway.section, or HTTPS is led to itself, got "http"';
      const tooMuch = `.hosts are too many for an HTTPRoute: ${clause}; use fewer, shorter prefixes`;
      return [[wrong, section, ...(clause === undefined ? [] : [tooMuch])]];
    }),
    ...[{ issuer: "a" }, { selfSigned: true }, { elsewhere: true }, null].map((tls): Refusal => [
      { hosts: [{ host: "a.example", secretName: "a" }], tls },
      ".hosts.0.secretName needs ingress.tls.secretName, the Secret for the other hosts; set that, or remove it",
    ]),
    [
      { ...route, hosts: [{ host: "a.example", secretName: "a" }] },
      ".hosts.0.secretName belongs to an Ingress, and gateway-api makes none; remove it",
    ],
    [
      {
        hosts: [
          { host: "a.example", secretName: "a" },
          { host: "b.example" },
          { host: "a.example", paths: ["/x"], secretName: "b" },
        ],
        tls: { secretName: "c" },
      },
      '.hosts.2.secretName must be the same wherever a.example is named, got "b"',
    ],
    [
      { hosts: [{ host: "a.example", secretName: "a" }], tls: { secretName: "c" } },
      ".tls.secretName is for no host, for each has its own hosts[].secretName; leave that out where it is the same",
    ],
    [
      { ...hosts("/", "/"), tls: {}, gateway },
      ".gateway belongs to ingress.controller gateway-api; remove it",
      ".hosts.0 repeats a.example/",
      `${needsOne} none`,
    ],
  ]);
});
