import assert from "node:assert/strict";
import { tls } from "../policy/rules/tls.ts";
import type { KubernetesObject } from "../policy/rules/rule.ts";
import { messagesOf, object, takesOrRefuses } from "./policies.ts";

const ingress = (spec: object) => object("networking.k8s.io/v1", "Ingress", "app", { spec });
const hosts = (...names: string[]) => ({ rules: names.map((host) => ({ host })) });
const route = (spec: object) => object("gateway.networking.k8s.io/v1", "HTTPRoute", "app", { spec });
const elsewhere = (one: KubernetesObject) => ({
  ...one,
  metadata: { ...one.metadata, annotations: { "session-stack/tls": "elsewhere" } },
});
const toHttps = { filters: [{ requestRedirect: { scheme: "https" } }] };
const toOther = { filters: [{ requestRedirect: { scheme: "http" } }] };

const annotation =
  "where something else ends TLS, say so by the annotation session-stack/tls: elsewhere (ingress.tls: {elsewhere: true})";
const plain = (host: string) =>
  `Ingress shop/app: ${host} is served without TLS; name it in spec.tls (ingress.tls), or, ${annotation}`;
const plainRoute = (host: string) => `HTTPRoute shop/app: ${host} may be served without TLS; ${annotation}`;

const [a, b, wildcard] = ["a.example", "b.example", "*.example"] as const;

describe("the policy tls", () => {
  takesOrRefuses(
    tls,
    [
      ["a certificate for each host", ingress({ ...hosts(a, b), tls: [{ hosts: [a] }, { hosts: [b] }] })],
      ["a certificate for a wildcard", ingress({ ...hosts(a, wildcard), tls: [{ hosts: [wildcard] }] })],
      ["a certificate for whatever host", ingress({ ...hosts(a), tls: [{ secretName: "all" }] })],
      [
        "other hosts, once there is TLS",
        ingress({ defaultBackend: {}, rules: [{ host: a }, {}], tls: [{ hosts: [a] }] }),
      ],
      ["TLS that ends before the Ingress", elsewhere(ingress(hosts(a)))],
      ["TLS that ends at the Gateway", elsewhere(route({ hostnames: [a], rules: [{}] }))],
      ["a route that leads to HTTPS alone", route({ hostnames: [a], rules: [toHttps] })],
      ["another kind", object("v1", "Service", "app", { spec: hosts(a) })],
      ["hosts without TLS", ingress(hosts(a, b, a)), plain(`host ${a}`), plain(`host ${b}`)],
      ["one host without", ingress({ ...hosts(a, b), tls: [{ hosts: [b] }] }), plain(`host ${a}`)],
      [
        "a wildcard's certificate for what is two labels deeper",
        ingress({ ...hosts("x.a.example"), tls: [{ hosts: [wildcard] }] }),
        plain("host x.a.example"),
      ],
      [
        "a wildcard beside one of its hosts' certificate",
        ingress({ ...hosts(wildcard), tls: [{ hosts: [a] }] }),
        plain(`host ${wildcard}`),
      ],
      ["a default backend without TLS", ingress({ defaultBackend: {} }), plain("every other host")],
      ["a rule for every host without TLS", ingress({ rules: [{}] }), plain("every other host")],
      [
        "a route that says nothing",
        route({ hostnames: [a, b], rules: [{}] }),
        plainRoute(`host ${a}`),
        plainRoute(`host ${b}`),
      ],
      ["a route for every host", route({ rules: [{}] }), plainRoute("every host")],
      [
        "a route of which a part leads to HTTPS",
        route({ hostnames: [a], rules: [toHttps, {}] }),
        plainRoute(`host ${a}`),
      ],
      ["a route that leads elsewhere", route({ hostnames: [a], rules: [toOther] }), plainRoute(`host ${a}`)],
    ],
    { stack: "prod" },
  );

  it("holds in the stacks that a team calls production, and in no other", () => {
    const objects = [ingress(hosts(a))];
    assert.deepEqual(messagesOf(tls, objects, { stack: "dev" }), []);
    const settings = { stacks: ["live", "prod-eu"] };
    assert.deepEqual(messagesOf(tls, objects, { stack: "prod-eu", settings }), [plain(`host ${a}`)]);
    assert.deepEqual(messagesOf(tls, objects, { stack: "prod", settings }), []);
  });
});
