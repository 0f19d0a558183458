import assert from "node:assert/strict";
import { ingressOutput, ingressUrl, loadBalancerUrl } from "../components/exposure/url.ts";
import type { HostSettings, IngressSettings } from "../config/exposure.ts";

const host = (name: string, ...paths: string[]): HostSettings => ({
  host: name,
  paths: paths.map((path) => ({ path, pathType: "Prefix" })),
});
const ingress = (hosts: HostSettings[], more: Partial<IngressSettings> = {}): IngressSettings => ({
  controller: "traefik",
  hosts,
  defaultBackend: false,
  tls: null,
  annotations: {},
  ...more,
});
const shop = host("shop.example.com", "/shop", "/");
const api: HostSettings = {
  host: "api.example.com",
  paths: [{ path: "/", pathType: "Prefix", service: { name: "api", port: 80 } }],
};

const urls: [title: string, settings: IngressSettings, url: string | null][] = [
  ["the first host and path", ingress([shop, host("b.example", "/")]), "http://shop.example.com/shop"],
  ["https with a Secret", ingress([shop], { tls: { secretName: "a" } }), "https://shop.example.com/shop"],
  ["https where TLS ends elsewhere", ingress([shop], { tls: { elsewhere: true } }), "https://shop.example.com/shop"],
  ["the first host that is no wildcard", ingress([host("*.example.com", "/"), shop]), "http://shop.example.com/shop"],
  ["the first path of the application", ingress([api, shop]), "http://shop.example.com/shop"],
  ["null for wildcards alone", ingress([host("*.example.com", "/")]), null],
  [
    "that of a Gateway",
    ingress([shop], { controller: "gateway-api", gateway: { name: "g", version: "1.6" }, tls: { elsewhere: true } }),
    "https://shop.example.com/shop",
  ],
];

describe("the address of the application", () => {
  for (const [title, settings, url] of urls) it(`is ${title}`, () => assert.equal(ingressUrl(settings), url));

  const statuses: [title: string, port: number, address: object | undefined, url: string | null][] = [
    ["a load balancer's address", 80, { ip: "192.0.2.7" }, "http://192.0.2.7/"],
    ["its name", 80, { hostname: "lb.example.net", ip: "192.0.2.7" }, "http://lb.example.net/"],
    ["its IPv6 address with a port", 8080, { ip: "2001:db8::7" }, "http://[2001:db8::7]:8080/"],
    ["null before it has one", 80, undefined, null],
    ["null for an empty one", 80, { ip: "" }, null],
  ];
  for (const [title, port, address, url] of statuses) {
    it(`is ${title}`, () => {
      const status = { loadBalancer: address === undefined ? {} : { ingress: [address] } };
      assert.equal(loadBalancerUrl({ port }, status), url);
    });
  }

  it("is null without a status", () => assert.equal(loadBalancerUrl({ port: 80 }, undefined), null));
});

describe("the Ingress in the outputs", () => {
  const affinity = { kind: "none" } as const;
  const outputOf = (settings: IngressSettings) => ingressOutput(settings, affinity);

  it("has the dialect's class, or the user's", () => {
    const output = { className: "traefik", host: "shop.example.com", affinity: "none" };
    assert.deepEqual(outputOf(ingress([shop])), output);
    assert.deepEqual(outputOf(ingress([shop], { className: "internal" })), { ...output, className: "internal" });
  });

  it("has no class where there is none", () => {
    assert.equal(outputOf(ingress([shop], { controller: "gke" })).className, null);
    assert.equal(outputOf(ingress([shop], { controller: "gateway-api" })).className, null);
  });

  it("has the first host without *, or the first", () => {
    assert.equal(outputOf(ingress([host("*.a.example", "/"), shop])).host, "shop.example.com");
    assert.equal(outputOf(ingress([host("*.a.example", "/")])).host, "*.a.example");
  });
});
