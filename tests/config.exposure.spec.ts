import assert from "node:assert/strict";
import { ingress, read, refuses, type Refusal } from "./configs.ts";

// Whether the cluster has such a controller and class is not known here.

const dns = "must be a DNS name in lower case";
const host = `${dns}, or one after "*."`;
const path = "must be an absolute path: it starts with / and has no spaces";
const key = 'at most 63 letters, digits, "-", "_" and ".", after a DNS name and "/" where it has an owner';

describe("configuration of the Service", () => {
  it("takes every key of each type and fills in the defaults", async () => {
    const annotations = { "example.com/team": "shop", plain: "yes" };
    const clusterIP = { type: "ClusterIP", port: 8443, annotations };
    assert.deepEqual((await read({ service: clusterIP })).service, clusterIP);
    const nodePort = { type: "NodePort", port: 80, nodePort: 30080, externalTrafficPolicy: "Local", annotations };
    assert.deepEqual((await read({ service: nodePort })).service, nodePort);
    const sourceRanges = ["10.0.0.0/8", "10.0.0.7/32", "2001:db8::/32", "2001:db8:0:1::/64", "::/0", "0.0.0.0/0"];
    const more = { sourceRanges, loadBalancerClass: "example.com/internal" };
    const loadBalancer = { ...nodePort, type: "LoadBalancer", ...more };
    assert.deepEqual((await read({ service: loadBalancer })).service, loadBalancer);
    assert.deepEqual((await read({ service: {} })).service, { type: "ClusterIP", port: 80, annotations: {} });
    assert.deepEqual((await read({ service: { type: "LoadBalancer" } })).service, {
      type: "LoadBalancer",
      port: 80,
      annotations: {},
      externalTrafficPolicy: "Cluster",
      sourceRanges: [],
    });
  });

  for (const type of ["NodePort", "LoadBalancer"]) {
    it(`takes a ${type} alone and beside an Ingress`, async () => {
      assert.equal((await read({ service: { type } })).service.type, type);
      assert.equal((await read({ service: { type }, ingress })).service.type, type);
    });
  }

  const types = "ClusterIP, NodePort or LoadBalancer";
  const range = "must be an address range such as 10.0.0.0/8 or 2001:db8::/32, without bits beyond its prefix";
  const ranges = (sourceRanges: unknown[]) => ({ type: "LoadBalancer", sourceRanges });
  refuses("service", [
    [{ type: "ExternalName" }, `.type must be ${types}, got "ExternalName"`],
    ["ClusterIP", ` must be an object whose type is ${types}, got "ClusterIP"`],
    [{ port: 0 }, ".port must be a whole number from 1 to 65535, got 0"],
    [{ port: "http" }, '.port must be a whole number from 1 to 65535, got "http"'],
    [{ nodePort: 30080 }, ".nodePort is not a key of type ClusterIP; allowed: type, port, annotations"],
    [
      { type: "NodePort", sourceRanges: [], loadBalancerClass: "x" },
      ...["sourceRanges", "loadBalancerClass"].map(
        (name) =>
          `.${name} is not a key of type NodePort; allowed: type, port, annotations, nodePort, externalTrafficPolicy`,
      ),
    ],
    [
      { externalTrafficPolicy: "Local" },
      ".externalTrafficPolicy is not a key of type ClusterIP; allowed: type, port, annotations",
    ],
    [{ type: "NodePort", nodePort: 80 }, ".nodePort must be a whole number from 30000 to 32767, got 80"],
    [
      { type: "NodePort", externalTrafficPolicy: "local" },
      '.externalTrafficPolicy must be Cluster or Local, got "local"',
    ],
    [{ type: "LoadBalancer", loadBalancerClass: "a b" }, `.loadBalancerClass must be ${key}, got "a b"`],
    [
      { type: "LoadBalancer", sourceRanges: "10.0.0.0/8" },
      '.sourceRanges must be a list of address ranges, got "10.0.0.0/8"',
    ],
    ...[
      "10.0.0.7",
      "10.0.0.7/24",
      "2001:db8::1/64",
      "::ffff:10.0.0.0/104",
      "10.0.0.0/33",
      "010.0.0.0/8",
      "2001:db8::/129",
      "fe80::%eth0/64",
      "10.0.0.0/08",
      "shop/8",
    ].map((given): Refusal => [ranges(["10.0.0.0/8", given]), `.sourceRanges.1 ${range}, got "${given}"`]),
    [ranges([8]), `.sourceRanges.0 ${range}, got 8`],
    [{ annotations: [] }, ".annotations must map keys to strings"],
    [{ annotations: { a: 5 } }, ".annotations.a must be a string: put numbers and booleans in quotes, got 5"],
    ...["-a", "a b", "/a", "a/", "UPPER.example/a", "a/b/c", "a".repeat(64), `${"a".repeat(254)}/b`].map(
      (given): Refusal => [
        { annotations: { [given]: "x" } },
        `.annotations.${given} is not the key of an annotation: ${key}`,
      ],
    ),
    [
      { annotations: { "pulumi.com/skipAwait": "true" } },
      ".annotations.pulumi.com/skipAwait is read by Pulumi, and set by session-stack where it matters",
    ],
    [
      { type: "NodePort", port: 0, nodePort: 1 },
      ".port must be a whole number from 1 to 65535, got 0",
      ".nodePort must be a whole number from 30000 to 32767, got 1",
    ],
  ]);
});

describe("configuration of the Ingress", () => {
  it("takes every key and fills in the defaults", async () => {
    const api = { path: "/api", pathType: "Exact", service: { name: "api", port: 8080 } };
    const full = {
      controller: "ingress-nginx",
      className: "internal",
      hosts: [
        { host: "shop.example.com", paths: [{ path: "/", pathType: "Prefix" }, api] },
        { host: "*.xn--caf-dma.example", paths: [{ path: "/", pathType: "ImplementationSpecific" }] },
      ],
      defaultBackend: true,
      tls: { issuer: "letsencrypt", issuerKind: "Issuer" },
      redirect: false,
      awaitAddress: false,
      annotations: { "example.com/team": "shop" },
    };
    assert.deepEqual((await read({ ingress: full })).ingress, full);
    const paths = ["/", { path: "/api", service: { name: "api", port: 8080 } }];
    assert.deepEqual(
      (await read({ ingress: { hosts: [{ host: "a.example" }, { host: "b.example", paths }] } })).ingress,
      {
        controller: "traefik",
        hosts: [
          { host: "a.example", paths: [{ path: "/", pathType: "Prefix" }] },
          {
            host: "b.example",
            paths: [
              { path: "/", pathType: "Prefix" },
              { path: "/api", pathType: "Prefix", service: { name: "api", port: 8080 } },
            ],
          },
        ],
        defaultBackend: false,
        tls: null,
        annotations: {},
      },
    );
  });

  it("takes every key of a Gateway", async () => {
    const gateway = {
      name: "public",
      namespace: "gateways",
      section: "https",
      redirectSection: "http",
      version: "1.7",
    };
    const route = { controller: "gateway-api", ...ingress, tls: { elsewhere: true }, redirect: true };
    assert.deepEqual((await read({ ingress: { ...route, gateway } })).ingress?.gateway, gateway);
    assert.deepEqual(
      (await read({ ingress: { ...route, redirect: false, gateway: { name: "public" } } })).ingress?.gateway,
      {
        name: "public",
        version: "1.6",
      },
    );
  });

  const controllers =
    "traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb, gke, istio, contour or other";
  const keys = "controller, className, gateway, hosts, defaultBackend, tls, redirect, awaitAddress, annotations";
  const hosts = (...paths: unknown[]) => ({ hosts: [{ host: "a.example", paths }] });
  refuses("ingress", [
    [{}, ".hosts is missing: it must be a list of hosts"],
    ["shop.example.com", ` must be an object (keys: ${keys}), got "shop.example.com"`],
    [{ ...ingress, controller: "kong" }, `.controller must be ${controllers}, got "kong"`],
    [{ ...ingress, className: "" }, `.className ${dns}, got ""`],
    [{ ...ingress, host: "x" }, `.host is not a known key; allowed: ${keys}`],
    [{ ...ingress, defaultBackend: "yes" }, '.defaultBackend must be true or false, got "yes"'],
    [{ ...ingress, awaitAddress: 1 }, ".awaitAddress must be true or false, got 1"],
    [
      { ...ingress, annotations: { a: true } },
      ".annotations.a must be a string: put numbers and booleans in quotes, got true",
    ],
    [{ hosts: [] }, ".hosts needs at least one host"],
    [{ hosts: "shop.example.com" }, '.hosts must be a list of hosts, got "shop.example.com"'],
    [
      { hosts: ["shop.example.com"] },
      '.hosts.0 must be an object (keys: host, paths, secretName), got "shop.example.com"',
    ],
    [{ hosts: [{ paths: ["/"] }] }, `.hosts.0.host is missing: it ${host}`],
    ...["*", "*a.example", "a.*.example", "*.*.example", "*.", "UPPER.example", "a_b.example"].map((given): Refusal => [
      { hosts: [{ host: given }] },
      `.hosts.0.host ${host}, got "${given}"`,
    ]),
    ...["10.0.0.7", "*.10.0.0.7"].map((given): Refusal => [
      { hosts: [{ host: given }] },
      `.hosts.0.host must be a DNS name and not an address, for a controller goes by names, got "${given}"`,
    ]),
    [
      { hosts: [{ host: "a.example", path: "/" }] },
      ".hosts.0.path is not a known key; allowed: host, paths, secretName",
    ],
    [{ hosts: [{ host: "a.example", paths: "/" }] }, '.hosts.0.paths must be a list of paths, got "/"'],
    [hosts(), ".hosts.0.paths needs at least one path"],
    ...["//", "/a/./b", "/a/..", "/.", "/a%2Fb"].map((given): Refusal => [
      hosts(given),
      `.hosts.0.paths.0 must be written plainly, for an Ingress takes no //, no . or .. as a part, and no %2f, got "${given}"`,
    ]),
    [hosts("/", "api"), `.hosts.0.paths.1 ${path}, got "api"`],
    [hosts(5), `.hosts.0.paths.0 ${path}, got 5`],
    [hosts({ path: "api" }), `.hosts.0.paths.0.path ${path}, got "api"`],
    [hosts({ pathType: "Exact" }), `.hosts.0.paths.0.path is missing: it ${path}`],
    [
      hosts({ path: "/", pathType: "Regex", port: 1 }),
      '.hosts.0.paths.0.pathType must be Prefix, Exact or ImplementationSpecific, got "Regex"',
      ".hosts.0.paths.0.port is not a known key; allowed: path, pathType, service",
    ],
    [
      hosts({ path: "/", service: { name: "Api" } }),
      '.hosts.0.paths.0.service.name must be a DNS label of at most 63 characters: lower-case letters, digits and "-", got "Api"',
      ".hosts.0.paths.0.service.port is missing: it must be a whole number from 1 to 65535",
    ],
    [{ ...ingress, tls: { selfSigned: false } }, ".tls.selfSigned must be true or left out, got false"],
    [{ ...ingress, tls: { secretName: "A" } }, `.tls.secretName ${dns}, got "A"`],
    [
      { ...ingress, tls: { issuer: "a", issuerKind: "CA" } },
      '.tls.issuerKind must be Issuer or ClusterIssuer, got "CA"',
    ],
    [
      { ...ingress, gateway: { name: "a", version: 1.6 } },
      '.gateway.version must be "1.6" or "1.7", in quotes, got 1.6',
    ],
    [
      { ...ingress, gateway: { section: "A", version: "1.5" } },
      `.gateway.name is missing: it ${dns}`,
      `.gateway.section ${dns}, got "A"`,
      '.gateway.version must be "1.6" or "1.7", in quotes, got "1.5"',
    ],
  ]);
});
