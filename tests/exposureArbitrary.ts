import { isIP } from "node:net";
import fc from "fast-check";
import { dnsName, optional, token } from "./configParts.ts";

/** Arbitrary ways to an application that the schema accepts. */

const ingressPath = fc
  .stringMatching(/^\/([-\w.~!$&'()*+,;=:@/]|%[0-9a-f]{2}){0,12}$/)
  .filter((value) => !/\/\/|\/\.{1,2}(\/|$)|%2f/i.test(value));

const port = fc.integer({ min: 1, max: 65535 });
const annotations = fc.dictionary(
  fc.stringMatching(/^(shop\.example\/)?[A-Za-z0-9]([-\w.]{0,20}[A-Za-z0-9])?$/),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  { noNullPrototype: true, maxKeys: 3 },
);

const pathObject = fc.record(
  {
    path: ingressPath,
    pathType: fc.constantFrom("Prefix", "Exact"),
    service: fc.record({ name: fc.constant("api"), port }),
  },
  { requiredKeys: ["path"] },
);
const pathOf = (given: string | { path: string }) => (typeof given === "string" ? given : given.path);
const paths = fc
  .uniqueArray(fc.oneof(ingressPath, pathObject), {
    minLength: 1,
    maxLength: 3,
    selector: (given) => pathOf(given).replace(/(.)\/$/, "$1"),
  })
  // One path at least is the application's.
  .map(([first = "/", ...rest]) => [pathOf(first), ...rest]);
const host = fc.oneof(
  dnsName.filter((name) => isIP(name) === 0),
  dnsName.map((name) => `*.shop.${name}`),
);
const hosts = fc.uniqueArray(fc.record({ host, paths }, { requiredKeys: ["host"] }), {
  minLength: 1,
  maxLength: 3,
  selector: (given) => given.host,
});

const tls = fc.oneof(
  fc.record({ secretName: dnsName }),
  fc.record({ issuer: dnsName, issuerKind: fc.constantFrom("Issuer", "ClusterIssuer") }, { requiredKeys: ["issuer"] }),
  fc.constant({ selfSigned: true }),
  fc.constant({ elsewhere: true }),
  fc.constant(null),
);
const anyIngress = { hosts, defaultBackend: fc.boolean(), annotations };
const ingress = fc.oneof(
  fc.record(
    {
      ...anyIngress,
      controller: fc.constantFrom(
        ...["traefik", "ingress-nginx", "haproxy-ingress", "haproxytech", "istio", "contour", "other"],
      ),
      className: dnsName,
      tls,
      redirect: fc.constant(false),
      awaitAddress: fc.boolean(),
    },
    { requiredKeys: ["controller", "className", "hosts"] },
  ),
  fc.record(
    { ...anyIngress, controller: fc.constant("nginx"), defaultBackend: fc.constant(false), tls },
    { requiredKeys: ["controller", "hosts"] },
  ),
  fc.record(
    {
      ...anyIngress,
      controller: fc.constantFrom("alb", "gke"),
      tls: fc.constantFrom(null, { elsewhere: true }),
    },
    { requiredKeys: ["controller", "hosts"] },
  ),
  fc.record(
    {
      ...anyIngress,
      controller: fc.constant("gateway-api"),
      gateway: fc.constantFrom(
        { name: "public" },
        { name: "public", namespace: "gateways", section: "https", redirectSection: "http", version: "1.7" },
      ),
      tls: fc.constant({ elsewhere: true }),
    },
    { requiredKeys: ["controller", "gateway", "hosts", "tls"] },
  ),
);

const onNodes = {
  port,
  annotations,
  nodePort: fc.integer({ min: 30_000, max: 32_767 }),
  externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
};
export const service = fc.oneof(
  optional({ type: fc.constant("ClusterIP"), port, annotations }),
  fc.record({ type: fc.constant("NodePort"), ...onNodes }, { requiredKeys: ["type"] }),
  fc.record(
    {
      type: fc.constant("LoadBalancer"),
      ...onNodes,
      sourceRanges: fc.array(
        fc.oneof(
          fc.ipV4().map((ip) => ip.replace(/\d+$/, "0/24")),
          fc.constant("2001:db8::/32"),
        ),
        { maxLength: 2 },
      ),
      loadBalancerClass: fc.constantFrom("internal", "example.com/internal"),
    },
    { requiredKeys: ["type"] },
  ),
);

const none = fc.constant({ kind: "none" });
const cookie = fc.record(
  {
    kind: fc.constant("cookie"),
    // What a dialect cannot do is dropped, for few wishes fit all of them.
    strict: fc.constant(false),
    name: token.filter((name) => name !== "sid"),
    path: fc.constant("/"),
    maxAgeSeconds: fc.integer({ min: 1, max: 3600 }),
    secure: fc.boolean(),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom("Lax", "Strict"),
    rebalance: fc.constantFrom("never", "onScale"),
    canary: fc.constantFrom("sticky", "ignore"),
    onFailure: fc.constantFrom("repick", "stay"),
  },
  { requiredKeys: ["kind", "strict"] },
);
const hash = fc.record({
  kind: fc.constant("hash"),
  strict: fc.constant(false),
  key: fc.oneof(fc.record({ cookie: token }), fc.record({ header: token }), fc.record({ sourceIP: fc.constant(true) })),
});
const clientIP = fc.record(
  { kind: fc.constant("clientIP"), timeoutSeconds: fc.integer({ min: 1, max: 86_400 }) },
  { requiredKeys: ["kind"] },
);

/** The way to the application: which kinds of affinity make sense depends on the Ingress. */
export const exposure = fc.oneof(
  fc.record({ ingress, affinity: fc.oneof(none, cookie, hash) }),
  fc.record({ ingress: fc.constant(null), affinity: fc.oneof(none, clientIP) }),
);

/** Without a store a visitor has to come back to the same pod. */
export const withoutStore = fc.oneof(
  fc.record({ ingress, affinity: cookie }),
  fc.record({ ingress: fc.constant(null), affinity: clientIP }),
);
