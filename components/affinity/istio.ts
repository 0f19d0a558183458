import { any, consistentlyHashed, only, type Dialect } from "./dialect.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

export const istio: Dialect = {
  title: "Istio 1.28",
  about:
    "The mesh's ingress gateway, by Istio's support of Ingress. Affinity is an object DestinationRule for the Service, and " +
    "goes by a consistent hash (ring hash). An affinity that names the pod is an extra of Istio that this stack does not write: the label " +
    "`istio.io/persistent-session` on the Service, whose value is the cookie's name, with " +
    "`PILOT_ENABLE_PERSISTENT_SESSION_FILTER=true` in istiod. It has no attributes, and lets pods that stop keep their visitors.",
  status: "rendered",
  evidence: "Read from Istio's API definitions and unit-tested. No Envoy is to be had here, so it is not exercised.",
  className: "istio",
  cookie: {
    behaviour: consistentlyHashed,
    options: {
      name: any(),
      path: any(),
      domain: any("an attribute of the cookie"),
      maxAgeSeconds: any("the cookie's ttl; left out, 0s, which lives as long as the browser runs"),
      secure: any("an attribute of the cookie"),
      httpOnly: only([true], "Envoy always sets HttpOnly"),
      sameSite: any("an attribute of the cookie"),
      rebalance: only(["onScale"], "its hash moves some visitors when pods are added"),
      canary: any("its Ingress has no weights"),
      onFailure: only(["repick"], "it leaves a pod as soon as Kubernetes calls it unready"),
    },
    render: cookie,
  },
  hash: {
    cookie: {
      behaviour: consistentlyHashed,
      // Without a ttl Envoy makes no cookie of its own.
      render: (name, place) => destinationRule(place, { httpCookie: { name } }),
    },
    header: {
      behaviour: consistentlyHashed,
      render: (name, place) => destinationRule(place, { httpHeaderName: name }),
    },
    sourceIP: {
      behaviour: consistentlyHashed,
      render: (_name, place) => destinationRule(place, { useSourceIp: true }),
    },
  },
  tls: {
    render: (_redirect, { tlsElsewhere = false }) =>
      tlsElsewhere
        ? {}
        : { requirements: ["The Secret with the certificate is also in the namespace of Istio's ingress gateway."] },
    noRedirect: "Istio's support of Ingress has no annotation for it",
  },
  links: [
    {
      title: "Kubernetes Ingress",
      url: "https://istio.io/latest/docs/tasks/traffic-management/ingress/kubernetes-ingress/",
    },
    {
      title: "DestinationRule",
      url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#LoadBalancerSettings-ConsistentHashLB",
    },
    {
      title: "Attributes of the cookie",
      url: "https://github.com/istio/api/pull/3523",
    },
  ],
};

function cookie(wanted: CookieAffinity, place: Place): Partial<Rendering> {
  const { name, path, domain, maxAgeSeconds = 0, secure, sameSite } = wanted;
  const attributes = [
    ...(domain === undefined ? [] : [{ name: "Domain", value: domain }]),
    ...(secure === true ? [{ name: "Secure" }] : []),
    { name: "SameSite", value: String(sameSite) },
  ];
  return {
    ...destinationRule(place, { httpCookie: { name, path, ttl: `${maxAgeSeconds}s`, attributes } }),
    requirements: ["Istio is 1.28 or newer, whose DestinationRule knows attributes of the cookie."],
  };
}

function destinationRule({ name, namespace }: Place, consistentHash: Record<string, unknown>): Partial<Rendering> {
  return {
    objects: [
      {
        apiVersion: "networking.istio.io/v1",
        kind: "DestinationRule",
        name: `${name}-affinity`,
        spec: {
          host: `${name}.${namespace}.svc.cluster.local`,
          trafficPolicy: { loadBalancer: { consistentHash } },
        },
      },
    ],
  };
}
