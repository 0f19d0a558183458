import assert from "node:assert/strict";
import { renderAffinity } from "../components/affinity/affinity.ts";
import type { DialectName } from "../components/affinity/dialects.ts";
import { nothing, type CookieAffinity, type HashKey } from "../components/affinity/types.ts";
import { cookie, hash, overTls, refusals } from "./affinityCases.ts";

// A token of RFC 6265 may have characters that a controller's own syntax gives a meaning to.

const rendered = (controller: DialectName, wishes: Partial<CookieAffinity>) =>
  JSON.stringify(renderAffinity(cookie({ ...wishes, strict: false }), controller, overTls));

const names: [controller: DialectName, names: string[], message: string][] = [
  [
    "ingress-nginx",
    ["a$b", "a&b", "a|b", "a'b", "a#b", "a!b", "a`b", "a%b", "a*b", "a+b", "a^b"],
    'name must be of letters, digits, ".", "_", "~" and "-" with ingress.controller ingress-nginx: ' +
      "its validation of annotations refuses others (possible with traefik, gateway-api, istio)",
  ],
  [
    "haproxy-ingress",
    ["a#b", "'a", "a&b", "a|b", "$a"],
    'name must be of letters, digits, ".", "_" and "-" with ingress.controller haproxy-ingress: ' +
      "it is copied into the configuration of HAProxy (possible with traefik, gateway-api, istio)",
  ],
  [
    "haproxytech",
    ["a#b", "'a", "a&b", "a|b", "$a"],
    'name must be of letters, digits, ".", "_" and "-" with ingress.controller haproxytech: ' +
      "it is copied into the configuration of HAProxy (possible with traefik, gateway-api, istio)",
  ],
  [
    "nginx",
    ["a#b", "'a", "a&b", "a|b", "$a", "#a"],
    'name must be of letters, digits, ".", "_" and "-" with ingress.controller nginx: ' +
      "it is copied into the configuration of nginx (possible with traefik, gateway-api, istio)",
  ],
];

const paths: [controller: DialectName, paths: string[], message: string][] = [
  [
    "ingress-nginx",
    ["/$a", "/{a}", "/a'b", "/a\\b", "/a#b", "/a%20b"],
    'path must be of letters, digits and "-._~/:,?&=" with ingress.controller ingress-nginx: ' +
      "its validation of annotations refuses others",
  ],
  [
    "nginx",
    ["/$a", "/{a}", "/a'b", "/a\\b", "/a#b"],
    'path must be of letters, digits and "-._~%/" with ingress.controller nginx: it is copied into the configuration of nginx',
  ],
];

const nginxVariable = "its hash is an nginx variable, whose name takes no other";
const keys: [controller: DialectName, key: HashKey, message: string][] = [
  [
    "ingress-nginx",
    { cookie: "shop-id" },
    `key.cookie must be of letters, digits and "_" with ingress.controller ingress-nginx: ${nginxVariable} ` +
      "(possible with haproxy-ingress, haproxytech, istio)",
  ],
  [
    "ingress-nginx",
    { header: "X_User" },
    `key.header must be of letters, digits and "-" with ingress.controller ingress-nginx: ${nginxVariable}, ` +
      'and it drops headers with "_" (possible with haproxy-ingress, haproxytech, istio)',
  ],
  [
    "nginx",
    { cookie: "sid.$host" },
    `key.cookie must be of letters, digits and "_" with ingress.controller nginx: ${nginxVariable} (possible with istio)`,
  ],
  [
    "nginx",
    { header: "X'User" },
    `key.header must be of letters, digits and "-" with ingress.controller nginx: ${nginxVariable}, ` +
      'and it drops headers with "_" (possible with istio)',
  ],
  [
    "haproxy-ingress",
    { cookie: "a#b" },
    'key.cookie must be of letters, digits, ".", "_" and "-" with ingress.controller haproxy-ingress: ' +
      "it is copied into the configuration of HAProxy (possible with istio)",
  ],
  [
    "haproxytech",
    { header: "a'b" },
    'key.header must be of letters, digits, ".", "_" and "-" with ingress.controller haproxytech: ' +
      "it is copied into the configuration of HAProxy (possible with istio)",
  ],
];

describe("affinity in a controller's own syntax", () => {
  for (const [controller, values, message] of names) {
    it(`takes no name with a meaning to ${controller}, and then has the default`, () => {
      for (const name of values) {
        assert.deepEqual(refusals(controller, cookie({ name })), [message]);
        assert.equal(rendered(controller, { name }), rendered(controller, {}));
      }
    });
  }

  for (const [controller, values, message] of paths) {
    it(`takes no path with a meaning to ${controller}, and then has the default`, () => {
      for (const path of values) {
        const [line = "", ...more] = refusals(controller, cookie({ path }));
        assert.deepEqual([line.replace(/ \(possible with .*\)$/, ""), more], [message, []]);
        assert.equal(rendered(controller, { path }), rendered(controller, {}));
      }
    });
  }

  for (const [controller, key, message] of keys) {
    it(`takes no hash of ${JSON.stringify(key)} with ${controller}`, () => {
      assert.deepEqual(refusals(controller, hash(key)), [message]);
      assert.deepEqual(renderAffinity({ kind: "hash", strict: false, key }, controller, overTls), nothing);
    });
  }

  it("gives durations that the Gateway API takes, up to a year", () => {
    const timeout = (maxAgeSeconds: number) =>
      (
        renderAffinity(cookie({ maxAgeSeconds }), "gateway-api", overTls).routeRule.sessionPersistence as {
          absoluteTimeout: string;
        }
      ).absoluteTimeout;
    assert.deepEqual([1, 59, 60, 3600, 3661, 172_800, 31_535_999, 31_536_000].map(timeout), [
      "1s",
      "59s",
      "1m",
      "1h",
      "1h1m1s",
      "48h",
      "8759h59m59s",
      "8760h",
    ]);
  });

  it("limits lifetimes to what a cloud's load balancer takes", () => {
    const maxAge = (controller: DialectName, name: string, maxAgeSeconds: number) =>
      refusals(controller, cookie({ name, maxAgeSeconds }));
    assert.deepEqual(maxAge("alb", "AWSALB", 604_800), []);
    assert.deepEqual(maxAge("alb", "AWSALB", 604_801), [
      "maxAgeSeconds must be 1 to 604800 with ingress.controller alb: its stickiness always ends; left out, after 86400 s " +
        "(possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, istio)",
    ]);
    assert.deepEqual(maxAge("gke", "GCLB", 86_400), []);
    assert.deepEqual(maxAge("gke", "GCLB", 86_401), [
      "maxAgeSeconds must be 1 to 86400 with ingress.controller gke: left out, the cookie lives as long as the browser runs " +
        "(possible with traefik, ingress-nginx, haproxy-ingress, haproxytech, nginx, gateway-api, alb, istio)",
    ]);
  });

  it("refuses a cookie over HTTPS that is not Secure where ingress-nginx makes it so", () => {
    assert.deepEqual(refusals("ingress-nginx", cookie({ secure: false })), [
      "secure must be true (any where there is no TLS) with ingress.controller ingress-nginx: over HTTPS the cookie is " +
        "always Secure, for it reads false as unset (possible with traefik, haproxy-ingress, haproxytech, nginx, alb, istio)",
    ]);
  });
});
