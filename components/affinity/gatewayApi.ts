import { any, never, only, type Dialect, type OptionSupport } from "./dialect.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const noField = never("the Gateway API has no field for it, and each implementation decides");

const path: OptionSupport = {
  values: "left out in 1.6, any since 1.7",
  accepts: (value, { gatewayApi }) => value === undefined || gatewayApi !== "1.6",
  note: "1.6 has no field for it, and each implementation decides",
};

const noHash = { impossible: "the Gateway API has no field for a hash, only its implementations' own policies have" };

export const gatewayApi: Dialect = {
  title: "Gateway API 1.6 and 1.7",
  about:
    "The Kubernetes project's successor of Ingress: an HTTPRoute, in whose rules sessionPersistence asks for a cookie. The " +
    "field is in the experimental channel alone and changed its shape in 1.7, so `ingress.gateway.version` says which. No " +
    "conformance test covers it: Envoy Gateway implements it, kgateway does up to 1.6, NGINX Gateway Fabric with NGINX " +
    "Plus alone, Cilium in releases after 1.20; Istio, Contour, Traefik, Kong and the AWS controller do not.",
  status: "admitted",
  evidence:
    "`npm run e2e -- ingress` installs the experimental CRDs of 1.6: the API server admits the rendered HTTPRoute and " +
    "refuses the shape of 1.7. That is admission alone: no implementation runs here, so no cookie was seen.",
  className: null,
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss: "The visitor gets another pod and a new cookie.",
      rollout: "The specification leaves to the implementation what becomes of visitors of a pod that stops.",
      scaleUp: "Nobody moves; new pods get new visitors.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      name: any(),
      path,
      domain: noField,
      maxAgeSeconds: any("lifetimeType Permanent with absoluteTimeout; left out, Session"),
      secure: noField,
      httpOnly: noField,
      sameSite: noField,
      rebalance: only(["never"], "its cookie names a pod until that goes"),
      canary: only(["sticky"], "its cookie is stronger than the weights, even than weight 0"),
      onFailure: only(["repick"], "a pod that is not to be had is replaced by another one"),
    },
    render: cookie,
  },
  hash: { cookie: noHash, header: noHash, sourceIP: noHash },
  tls: {
    render: () => ({}),
    noSecret: "the Gateway's listener has the certificate",
    note: "TLS ends at the Gateway's listener, whose owner gives it the certificate. The redirect is an HTTPRoute of its own.",
  },
  links: [
    { title: "GEP-1619: session persistence", url: "https://gateway-api.sigs.k8s.io/geps/gep-1619/" },
    { title: "GEP-2257: durations", url: "https://gateway-api.sigs.k8s.io/geps/gep-2257/" },
    {
      title: "Its types",
      url: "https://github.com/kubernetes-sigs/gateway-api/blob/main/apis/v1/shared_types.go",
    },
  ],
};

function cookie({ name, path: cookiePath, maxAgeSeconds }: CookieAffinity, place: Place): Partial<Rendering> {
  const lifetimeType = maxAgeSeconds === undefined ? "Session" : "Permanent";
  const timeout = maxAgeSeconds === undefined ? {} : { absoluteTimeout: duration(maxAgeSeconds) };
  const sessionPersistence =
    place.gatewayApi === "1.6"
      ? { type: "Cookie", sessionName: name, cookieConfig: { lifetimeType }, ...timeout }
      : { type: "Cookie", cookie: { name, path: cookiePath, lifetimeType }, ...timeout };
  return {
    routeRule: { sessionPersistence },
    requirements: [
      `The CRDs of the Gateway API ${place.gatewayApi} are installed from its experimental channel; the standard one has no sessionPersistence.`,
      "The Gateway's implementation knows sessionPersistence.",
    ],
  };
}

/** A duration as the Gateway API takes it: each number has at most five digits, so 172800s is 48h (GEP-2257). */
function duration(seconds: number): string {
  const parts = { h: Math.floor(seconds / 3600), m: Math.floor(seconds / 60) % 60, s: seconds % 60 };
  return Object.entries(parts)
    .filter(([, value]) => value > 0)
    .map(([unit, value]) => `${value}${unit}`)
    .join("");
}
