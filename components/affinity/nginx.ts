import { any, matching, only, plainName, type Dialect } from "./dialect.ts";
import { nginxHash } from "./nginxHash.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const prefix = "nginx.org";

const verbatim = "it is copied into the configuration of nginx";
export const nginx: Dialect = {
  title: "F5 NGINX Ingress Controller 5.4",
  about:
    "F5's controller, which is another one than ingress-nginx and reads none of its annotations (nginx.ingress.kubernetes.io). " +
    "Since 5.4 it has cookies without NGINX Plus, for the nginx in it (1.29.6) does. It reads affinity from the Ingress.",
  status: "proved",
  evidence:
    "`npm run e2e -- ingress` runs nginx 1.30 with the upstream that the controller's template makes of these annotations, " +
    "reads the cookie from real responses and moves pods under it. The controller itself is not run.",
  className: "nginx",
  noDefaultBackend: "it refuses an Ingress with a rule that names no host",
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss: "The visitor gets another pod and a new cookie.",
      rollout: "A pod loses its visitors as soon as it is not ready; there is no draining (#267).",
      scaleUp: "Nobody moves; new pods get new visitors.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      name: plainName(verbatim),
      path: matching(/^[\w./~%-]+$/, 'of letters, digits and "-._~%/"', verbatim),
      domain: any(),
      maxAgeSeconds: any("the parameter expires, which sets Expires and Max-Age"),
      secure: any(),
      httpOnly: any(),
      sameSite: any(),
      rebalance: only(["never"], "its cookie names a pod until that goes"),
      canary: any("its Ingress has no weights"),
      onFailure: only(["repick"], "nginx sends a visitor whose pod fails to another one"),
    },
    render: cookie,
  },
  hash: nginxHash(hashBy),
  reserved: [
    { pattern: "nginx.org/sticky-cookie-services", option: "kind" },
    { pattern: "nginx.com/sticky-cookie-services", option: "kind" },
    { pattern: `${prefix}/lb-method`, option: "key" },
    { pattern: `${prefix}/use-cluster-ip` },
  ],
  tls: {
    render: https,
    note: "It redirects by 301. Where TLS ends before it, the redirect is redirect-to-https, which goes by X-Forwarded-Proto.",
  },
  links: [
    {
      title: "Annotations",
      url: "https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-annotations/",
    },
    {
      title: "How it reads them",
      url: "https://github.com/nginx/kubernetes-ingress/blob/main/internal/configs/parsing_helpers.go",
    },
    {
      title: "nginx: sticky",
      url: "https://nginx.org/en/docs/http/ngx_http_upstream_module.html#sticky",
    },
    { title: "No draining", url: "https://github.com/nginx/kubernetes-ingress/issues/267" },
    {
      title: "Annotations of the other controller do nothing",
      url: "https://github.com/nginx/kubernetes-ingress/issues/1431",
    },
  ],
};

function cookie(wanted: CookieAffinity, place: Place): Partial<Rendering> {
  const { name, path, domain, maxAgeSeconds, secure, httpOnly, sameSite } = wanted;
  const parameters = [
    String(name),
    // A number with a unit: a bare one would be seconds, too, but only to those who know.
    ...(maxAgeSeconds === undefined ? [] : [`expires=${maxAgeSeconds}s`]),
    ...(domain === undefined ? [] : [`domain=${domain}`]),
    ...(httpOnly === true ? ["httponly"] : []),
    ...(secure === true ? ["secure"] : []),
    `samesite=${String(sameSite).toLowerCase()}`,
    `path=${String(path)}`,
  ];
  return {
    ingressAnnotations: {
      [`${prefix}/sticky-cookie-services`]: `serviceName=${place.name} ${parameters.join(" ")}`,
    },
    requirements: ["The controller is 5.4 or newer."],
  };
}

function hashBy(variable: string): Partial<Rendering> {
  return { ingressAnnotations: { [`${prefix}/lb-method`]: `hash ${variable} consistent` } };
}

function https(redirect: boolean, { tlsElsewhere = false }: Place): Partial<Rendering> {
  if (!tlsElsewhere) return { ingressAnnotations: { [`${prefix}/ssl-redirect`]: String(redirect) } };
  if (!redirect) return {};
  return {
    ingressAnnotations: { [`${prefix}/redirect-to-https`]: "true" },
    requirements: ["What ends TLS sets X-Forwarded-Proto."],
  };
}
