import assert from "node:assert/strict";
import fc from "fast-check";
import { renderAffinity, shortfalls } from "../components/affinity/affinity.ts";
import { dialects, type DialectName } from "../components/affinity/dialects.ts";
import type { Affinity, Place, Rendering } from "../components/affinity/types.ts";
import { schema } from "../config/schema.ts";
import { https } from "./affinityCases.ts";

/** Beginnings of the keys that each controller reads, by the object that it reads them from. */
const own: Record<DialectName, { ingress: string[]; service: string[]; objects: string[] }> = {
  traefik: {
    ingress: ["traefik.ingress.kubernetes.io/router."],
    service: ["traefik.ingress.kubernetes.io/service."],
    objects: ["traefik.io/v1alpha1 Middleware"],
  },
  "ingress-nginx": { ingress: ["nginx.ingress.kubernetes.io/"], service: [], objects: [] },
  "haproxy-ingress": {
    ingress: ["haproxy-ingress.github.io/ssl-redirect"],
    service: ["haproxy-ingress.github.io/"],
    objects: [],
  },
  haproxytech: {
    ingress: ["haproxy.org/ssl-redirect"],
    service: ["haproxy.org/cr-backend"],
    objects: ["ingress.v3.haproxy.org/v3 Backend"],
  },
  nginx: { ingress: ["nginx.org/"], service: [], objects: [] },
  "gateway-api": { ingress: [], service: [], objects: [] },
  alb: { ingress: ["alb.ingress.kubernetes.io/"], service: ["alb.ingress.kubernetes.io/target-"], objects: [] },
  gke: {
    ingress: ["networking.gke.io/v1beta1.FrontendConfig"],
    service: ["cloud.google.com/backend-config", "cloud.google.com/neg"],
    objects: ["cloud.google.com/v1 BackendConfig", "networking.gke.io/v1beta1 FrontendConfig"],
  },
  istio: { ingress: [], service: [], objects: ["networking.istio.io/v1 DestinationRule"] },
  contour: { ingress: ["ingress.kubernetes.io/force-ssl-redirect"], service: [], objects: [] },
  other: { ingress: [], service: [], objects: [] },
};

const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/);
const domain = fc.stringMatching(/^[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){0,2}$/);
const cookie = fc.record(
  {
    kind: fc.constant("cookie" as const),
    strict: fc.boolean(),
    name: token,
    path: fc.stringMatching(/^\/[!#-:<-~]{0,40}$/),
    domain,
    maxAgeSeconds: fc.integer({ min: 1, max: 31_536_000 }),
    secure: fc.boolean(),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom("Lax" as const, "Strict" as const, "None" as const),
    rebalance: fc.constantFrom("never" as const, "onScale" as const),
    canary: fc.constantFrom("sticky" as const, "ignore" as const),
    onFailure: fc.constantFrom("repick" as const, "stay" as const),
  },
  { requiredKeys: ["kind", "strict"] },
);
const hash = fc.record({
  kind: fc.constant("hash" as const),
  strict: fc.boolean(),
  key: fc.oneof(fc.record({ cookie: token }), fc.record({ header: token }), fc.constant({ sourceIP: true as const })),
});
const clientIP = fc.record({
  kind: fc.constant("clientIP" as const),
  timeoutSeconds: fc.integer({ min: 1, max: 86_400 }),
});
const affinity: fc.Arbitrary<Affinity> = fc.oneof(cookie, hash, clientIP, fc.constant({ kind: "none" as const }));
const place: fc.Arbitrary<Place> = fc.record({
  name: fc.constant("app"),
  namespace: fc.stringMatching(/^[a-z0-9]{1,20}$/),
  tls: fc.boolean(),
  tlsElsewhere: fc.boolean(),
  gatewayApi: fc.constantFrom("1.6" as const, "1.7" as const),
});
const controller = fc.constantFrom(...(Object.keys(dialects) as DialectName[]));

/** What is wrong with a rendering. */
function faults(rendering: Partial<Rendering>, name: DialectName): string[] {
  const { ingressAnnotations = {}, serviceAnnotations = {}, serviceLabels = {}, objects = [] } = rendering;
  const foreign = (keys: string[], known: string[]) =>
    keys.filter((key) => !known.some((beginning) => key.startsWith(beginning)));
  const texts = Object.values({ ...ingressAnnotations, ...serviceAnnotations, ...serviceLabels });
  return [
    ...foreign(Object.keys(ingressAnnotations), own[name].ingress),
    ...foreign(Object.keys(serviceAnnotations), own[name].service),
    ...Object.keys(serviceLabels),
    ...foreign(
      objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
      own[name].objects,
    ),
    ...texts.filter((text) => typeof text !== "string" || text === "" || text.includes("undefined")),
    ...(JSON.stringify(rendering).includes("\\n") ? ["a newline"] : []),
    ...objects.map((object) => object.name).filter((object) => !object.startsWith("app-")),
  ];
}

describe("affinity of every dialect", () => {
  it("writes strings alone, under keys that the controller reads from that object", () => {
    fc.assert(
      fc.property(affinity, controller, place, (wishes, name, where) => {
        assert.deepEqual(faults(renderAffinity(wishes, name, where), name), []);
      }),
      { numRuns: 2000 },
    );
  });

  it("does so for HTTPS", () => {
    for (const name of Object.keys(dialects) as DialectName[])
      for (const rendering of Object.values(https(name)))
        assert.deepEqual(faults(rendering as Partial<Rendering>, name), []);
  });

  it("writes sessionPersistence for the Gateway API alone", () => {
    fc.assert(
      fc.property(affinity, controller, place, (wishes, name, where) => {
        const { routeRule } = renderAffinity(wishes, name, where);
        const expected = name === "gateway-api" && wishes.kind === "cookie" ? ["sessionPersistence"] : [];
        assert.deepEqual(Object.keys(routeRule), expected);
      }),
    );
  });

  it("finds no fault with what it renders when all of it can be had", () => {
    fc.assert(
      fc.property(cookie, controller, place, (wishes, name, where) => {
        const wrong = shortfalls(wishes, name, where).map(({ key }) => key);
        const kept = Object.fromEntries(Object.entries(wishes).filter(([key]) => !wrong.includes(key)));
        const left = shortfalls({ ...kept, kind: "cookie", strict: true }, name, where).filter(({ asked }) => asked);
        // What is dropped is not asked for any more; a dialect without a cookie goes on saying so.
        assert.deepEqual(
          left.map(({ key }) => key),
          wrong.filter((key) => key === "kind"),
        );
      }),
    );
  });

  it("is asked for nothing here that the configuration refuses", () => {
    fc.assert(fc.property(affinity, (wishes) => assert.equal(schema.shape.affinity.safeParse(wishes).success, true)));
  });
});
