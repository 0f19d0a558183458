import { any, plainName, redirectElsewhere, type Behaviour, type Dialect, type ReservedAnnotation } from "./dialect.ts";
import { haproxyCookie, verbatim } from "./haproxyCookie.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const prefix = "haproxy-ingress.github.io";

/** What it reads by default. @see --annotations-prefix among its command-line options */
const prefixes = [prefix, "ingress.kubernetes.io"];

const hashed: Behaviour = {
  strength: "weak",
  podLoss: "Most visitors move, for its hash is over the number of pods.",
  rollout: "Most visitors move with each pod that is replaced.",
  scaleUp: "Most visitors move.",
  scaleDown: "Most visitors move.",
};

export const haproxyIngress: Dialect = {
  title: "HAProxy Ingress 0.16",
  about:
    "The community's controller for HAProxy (jcmoraisjr). It reads affinity from the Ingress or the Service; here it is " +
    "written on the Service, for it belongs to the backend: two Ingresses that name one Service and disagree are a " +
    "conflict, and one of them is ignored. With workload statefulset its cookie has the pod's name in place of a hash of the " +
    "address, so that visitors meet the pod of that name again after it was replaced, unless they came while it was away.",
  status: "proved",
  evidence:
    "`npm run e2e -- ingress` runs Debian's haproxy with the line that the controller's template makes of these " +
    "annotations, and reads the cookie from real responses. The controller itself is not run.",
  className: "haproxy",
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss: "The visitor gets another pod and a new cookie (redispatch).",
      rollout:
        'A pod loses its visitors as soon as it is not ready. With drain-support: "true" in the controller\'s ConfigMap it ' +
        "keeps them until it has stopped, and gets no new ones.",
      scaleUp: "Nobody moves; new pods get new visitors.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      ...haproxyCookie,
      maxAgeSeconds: any("an attribute Max-Age among the keywords"),
      secure: any("among the keywords"),
      httpOnly: any("among the keywords"),
      sameSite: any("an attribute among the keywords"),
    },
    render: cookie,
  },
  hash: {
    cookie: {
      behaviour: hashed,
      names: plainName(verbatim),
      render: (name) => balance(`hash req.cook(${name})`),
    },
    header: {
      behaviour: hashed,
      names: plainName(verbatim),
      render: (name) => balance(`hdr(${name})`),
    },
    sourceIP: { behaviour: hashed, render: () => balance("source") },
  },
  reserved: prefixes.flatMap((each): ReservedAnnotation[] => [
    { pattern: `${each}/session-cookie-domain`, option: "domain" },
    { pattern: `${each}/session-cookie-same-site`, option: "sameSite" },
    { pattern: `${each}/session-cookie-*`, option: "kind" },
    { pattern: `${each}/affinity*`, option: "kind" },
    { pattern: `${each}/balance-algorithm`, option: "key" },
    { pattern: `${each}/service-upstream` },
  ]),
  tls: {
    render: https,
    note: "It redirects by 302, and not for /.well-known/acme-challenge; both can be changed in its ConfigMap.",
  },
  links: [
    { title: "Affinity", url: "https://haproxy-ingress.github.io/docs/configuration/keys/#affinity" },
    { title: "Drain support", url: "https://haproxy-ingress.github.io/docs/configuration/keys/#drain-support" },
    {
      title: "Its template",
      url: "https://github.com/jcmoraisjr/haproxy-ingress/blob/master/rootfs/etc/templates/haproxy/haproxy.tmpl",
    },
    { title: "HAProxy: cookie", url: "https://docs.haproxy.org/3.0/configuration.html#4-cookie" },
    { title: "HAProxy: balance", url: "https://docs.haproxy.org/3.0/configuration.html#4-balance" },
  ],
};

/** The value is a hash of the address, or the pod's name. */
const byAddress = { "session-cookie-dynamic": "true" };
/**
 * preserve: else the controller reuses the place of a pod that goes for another one, with its name in the cookie. It also
 * leaves a cookie of this name that the application sets as it is.
 * @see https://haproxy-ingress.github.io/docs/configuration/keys/#backend-server-naming
 */
const byName = { "session-cookie-dynamic": "false", "session-cookie-preserve": "true", "backend-server-naming": "pod" };

function cookie(
  { name, domain, maxAgeSeconds, secure, httpOnly, sameSite }: CookieAffinity,
  { stablePods = false }: Place,
): Partial<Rendering> {
  // The keywords replace the default "indirect nocache httponly". They are copied into the configuration, where a
  // name or domain of the schema is one word.
  const keywords = [
    "indirect nocache",
    ...(httpOnly === true ? ["httponly"] : []),
    ...(secure === true ? ["secure"] : []),
    `attr SameSite=${String(sameSite)}`,
    // Its own maxlife limits the value of a cookie, but not how long a browser keeps it.
    ...(maxAgeSeconds === undefined ? [] : [`attr Max-Age=${maxAgeSeconds}`]),
  ];
  return {
    serviceAnnotations: {
      [`${prefix}/affinity`]: "cookie",
      [`${prefix}/session-cookie-name`]: String(name),
      ...(domain === undefined ? {} : { [`${prefix}/session-cookie-domain`]: domain }),
      [`${prefix}/session-cookie-strategy`]: "insert",
      ...prefixed(stablePods ? byName : byAddress),
      [`${prefix}/session-cookie-keywords`]: keywords.join(" "),
    },
    requirements: [
      'The controller\'s ConfigMap has drain-support: "true", or visitors leave a pod before it has stopped.',
    ],
  };
}

function prefixed(keys: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [`${prefix}/${key}`, value]));
}

function balance(algorithm: string): Partial<Rendering> {
  return { serviceAnnotations: { [`${prefix}/balance-algorithm`]: algorithm } };
}

function https(redirect: boolean, { tlsElsewhere = false }: Place): Partial<Rendering> {
  // Without a tls entry in the Ingress it does not read the key.
  if (tlsElsewhere) return redirect ? { requirements: [redirectElsewhere] } : {};
  return { ingressAnnotations: { [`${prefix}/ssl-redirect`]: String(redirect) } };
}
