import { any, consistentlyHashed, plainName, redirectElsewhere, type Dialect } from "./dialect.ts";
import { haproxyCookie, verbatim } from "./haproxyCookie.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const prefix = "haproxy.org";

export const haproxytech: Dialect = {
  title: "HAProxy Kubernetes Ingress Controller 3.2",
  about:
    "HAProxy Technologies' controller. Its annotation cookie-persistence sets nothing but the cookie's name (#727), so " +
    "affinity is always an object Backend of the API group ingress.v3.haproxy.org, which the Service names by cr-backend. " +
    "That object is the whole of the backend: annotations such as load-balance, check, timeout-server or forwarded-for have " +
    "no effect beside it. What the controller sets by default (round robin, health checks, X-Forwarded-For) is in it.",
  status: "proved",
  evidence:
    "`npm run e2e -- ingress` runs Debian's haproxy with the line that the controller's library makes of this object, and " +
    "reads the cookie from real responses. The controller itself is not run.",
  className: "haproxy",
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss: "The visitor gets another pod and a new cookie.",
      rollout: "A pod loses its visitors as soon as it is not ready; there is no draining by cookie.",
      scaleUp: "Nobody moves; new pods get new visitors.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      ...haproxyCookie,
      maxAgeSeconds: any("an attribute Max-Age"),
      secure: any(),
      httpOnly: any(),
      sameSite: any("an attribute"),
    },
    render: cookie,
  },
  hash: {
    cookie: {
      behaviour: consistentlyHashed,
      names: plainName(verbatim),
      render: (name, place) => hash(`req.cook(${name})`, place),
    },
    header: {
      behaviour: consistentlyHashed,
      names: plainName(verbatim),
      render: (name, place) => hash(`req.hdr(${name})`, place),
    },
    sourceIP: { behaviour: consistentlyHashed, render: (_name, place) => hash("src", place) },
  },
  // It drops whatever stands before the slash. @see CopyAnnotations in pkg/store/convert.go
  reserved: [
    { pattern: "*/cookie-persistence*", option: "kind" },
    { pattern: "*/load-balance", option: "key" },
    { pattern: "*/cr-backend" },
  ],
  tls: {
    render: https,
    note: "The redirect is to port 443 by 301; its own defaults are port 8443 and 302.",
  },
  links: [
    {
      title: "Custom resources",
      url: "https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/custom-resources.md",
    },
    {
      title: "Annotations",
      url: "https://github.com/haproxytech/kubernetes-ingress/blob/master/documentation/annotations.md",
    },
    {
      title: "Fields of a Backend",
      url: "https://github.com/haproxytech/kubernetes-ingress/blob/master/crs/definition/ingress.v3.haproxy.org_backends.yaml",
    },
    {
      title: "No attributes of the cookie by annotation",
      url: "https://github.com/haproxytech/kubernetes-ingress/issues/727",
    },
    { title: "HAProxy: cookie", url: "https://docs.haproxy.org/3.2/configuration.html#4-cookie" },
  ],
};

function cookie(wanted: CookieAffinity, place: Place): Partial<Rendering> {
  const { name, domain, maxAgeSeconds, secure, httpOnly, sameSite } = wanted;
  const attributes = [
    `SameSite=${String(sameSite)}`,
    // Its own maxlife limits the value of a cookie, but not how long a browser keeps it.
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
  ];
  return backend(place, {
    balance: { algorithm: "roundrobin" },
    cookie: {
      name: String(name),
      type: "insert",
      indirect: true,
      nocache: true,
      // The value follows from the pod's address, so that every replica of the controller knows it.
      dynamic: true,
      httponly: httpOnly === true,
      secure: secure === true,
      ...(domain === undefined ? {} : { domain: [{ value: domain }] }),
      attr: attributes.map((value) => ({ value })),
    },
  });
}

function hash(expression: string, place: Place): Partial<Rendering> {
  return backend(place, {
    balance: { algorithm: "hash", hash_expression: expression },
    hash_type: { method: "consistent" },
  });
}

function backend({ name, namespace }: Place, spec: Record<string, unknown>): Partial<Rendering> {
  const own = `${name}-affinity`;
  return {
    serviceAnnotations: { [`${prefix}/cr-backend`]: `${namespace}/${own}` },
    objects: [
      {
        apiVersion: "ingress.v3.haproxy.org/v3",
        kind: "Backend",
        name: own,
        spec: {
          name: own,
          mode: "http",
          forwardfor: { enabled: "enabled" },
          default_server: { check: "enabled" },
          ...spec,
        },
      },
    ],
    requirements: ["The controller's custom resources (ingress.v3.haproxy.org) are installed."],
  };
}

function https(redirect: boolean, { tlsElsewhere = false }: Place): Partial<Rendering> {
  const key = `${prefix}/ssl-redirect`;
  if (!redirect) return { ingressAnnotations: { [key]: "false" } };
  // Its redirect answers whatever comes by HTTP, so visitors whose TLS ended before would never arrive.
  if (tlsElsewhere) return { ingressAnnotations: { [key]: "false" }, requirements: [redirectElsewhere] };
  return { ingressAnnotations: { [key]: "true", [`${key}-port`]: "443", [`${key}-code`]: "301" } };
}
