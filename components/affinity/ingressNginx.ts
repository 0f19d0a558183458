import { any, matching, only, type Dialect } from "./dialect.ts";
import { nginxHash } from "./nginxHash.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const prefix = "nginx.ingress.kubernetes.io";

export const ingressNginx: Dialect = {
  title: "ingress-nginx 1.15",
  about:
    "The Kubernetes project's controller, archived on 2026-03-24: no release and no security fix comes after 1.15.1. It is " +
    "still in wide use, and Traefik reads its annotations since 3.5. It reads affinity from the Ingress. The first Ingress " +
    "that names a Service decides, and two Ingresses of one host with different cookie paths disturb each other (#14042). " +
    "The cookie's life is always told by Max-Age, never by Expires, whose date Traefik froze at the time of loading.",
  status: "proved",
  evidence:
    "`npm run e2e -- ingress` reads every attribute of the cookie from Traefik 3.7, through its provider for these " +
    "annotations (kubernetesingressnginx). That provider always behaves like affinity-mode persistent and canary sticky, " +
    "and knows no session-cookie-change-on-failure: those three keys are rendered from the controller's source alone.",
  className: "nginx",
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss:
        "The visitor gets another pod, and with rebalance never a new cookie; with onScale the cookie stays the same.",
      rollout: "A pod loses its visitors as soon as it is not ready or asked to stop; there is no draining by cookie.",
      scaleUp: "rebalance never: nobody moves. onScale: from c pods to n about (n−c)/n of the visitors move.",
      scaleDown: "The visitors of the pods that go get another pod; nobody else moves.",
    },
    options: {
      name: matching(
        /^[\w.~-]+$/,
        'of letters, digits, ".", "_", "~" and "-"',
        "its validation of annotations refuses others",
      ),
      path: matching(
        /^[\w.~/:,?&=-]+$/,
        'of letters, digits and "-._~/:,?&="',
        "its validation of annotations refuses others",
      ),
      domain: any(),
      maxAgeSeconds: any(),
      secure: {
        values: "true (any where there is no TLS)",
        accepts: (value, { tls }) => value === true || !tls,
        note: "over HTTPS the cookie is always Secure, for it reads false as unset",
      },
      httpOnly: only([true], "HttpOnly is always set"),
      sameSite: any(),
      rebalance: any("affinity-mode persistent or balanced"),
      canary: any(
        "affinity-canary-behavior sticky or legacy; a canary by header or cookie loses against this cookie in both (#8246)",
      ),
      onFailure: any("session-cookie-change-on-failure"),
    },
    render: cookie,
  },
  hash: nginxHash(hashBy),
  reserved: [
    { pattern: `${prefix}/session-cookie-domain`, option: "domain" },
    { pattern: `${prefix}/session-cookie-max-age`, option: "maxAgeSeconds" },
    { pattern: `${prefix}/session-cookie-expires`, option: "maxAgeSeconds" },
    { pattern: `${prefix}/session-cookie-secure`, option: "secure" },
    { pattern: `${prefix}/session-cookie-conditional-samesite-none`, option: "sameSite" },
    { pattern: `${prefix}/session-cookie-*`, option: "kind" },
    { pattern: `${prefix}/affinity*`, option: "kind" },
    { pattern: `${prefix}/upstream-hash-by*`, option: "key" },
    { pattern: `${prefix}/service-upstream` },
  ],
  tls: {
    render: https,
    note: "It redirects by 308. Where TLS ends before it, the redirect is force-ssl-redirect, which goes by X-Forwarded-Proto.",
  },
  links: [
    {
      title: "Annotations",
      url: "https://github.com/kubernetes/ingress-nginx/blob/main/docs/user-guide/nginx-configuration/annotations.md",
    },
    {
      title: "How it reads them",
      url: "https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/annotations/sessionaffinity/main.go",
    },
    {
      title: "Traefik's provider for them",
      url: "https://doc.traefik.io/traefik/reference/install-configuration/providers/kubernetes/kubernetes-ingress-nginx/",
    },
    { title: "Several cookie paths on one host", url: "https://github.com/kubernetes/ingress-nginx/issues/14042" },
    { title: "Canaries and the cookie", url: "https://github.com/kubernetes/ingress-nginx/issues/8246" },
  ],
};

function cookie(wanted: CookieAffinity): Partial<Rendering> {
  const { name, path, domain, maxAgeSeconds, secure, sameSite, rebalance, canary, onFailure } = wanted;
  return {
    ingressAnnotations: {
      [`${prefix}/affinity`]: "cookie",
      [`${prefix}/affinity-mode`]: rebalance === "onScale" ? "balanced" : "persistent",
      [`${prefix}/affinity-canary-behavior`]: canary === "ignore" ? "legacy" : "sticky",
      [`${prefix}/session-cookie-change-on-failure`]: String(onFailure === "repick"),
      [`${prefix}/session-cookie-name`]: String(name),
      [`${prefix}/session-cookie-path`]: String(path),
      ...(domain === undefined ? {} : { [`${prefix}/session-cookie-domain`]: domain }),
      ...(maxAgeSeconds === undefined ? {} : { [`${prefix}/session-cookie-max-age`]: String(maxAgeSeconds) }),
      ...(secure === true ? { [`${prefix}/session-cookie-secure`]: "true" } : {}),
      // Its validation takes lax, too, but its Lua library then sets no SameSite at all.
      [`${prefix}/session-cookie-samesite`]: String(sameSite),
    },
  };
}

function hashBy(variable: string): Partial<Rendering> {
  return { ingressAnnotations: { [`${prefix}/upstream-hash-by`]: variable } };
}

function https(redirect: boolean, { tlsElsewhere = false }: Place): Partial<Rendering> {
  if (!redirect || !tlsElsewhere) return { ingressAnnotations: { [`${prefix}/ssl-redirect`]: String(redirect) } };
  return {
    ingressAnnotations: { [`${prefix}/force-ssl-redirect`]: "true" },
    requirements: [
      'The controller\'s ConfigMap has use-forwarded-headers: "true", and what ends TLS sets X-Forwarded-Proto.',
    ],
  };
}
