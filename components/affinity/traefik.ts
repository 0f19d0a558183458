import { any, only, type Dialect } from "./dialect.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const prefix = "traefik.ingress.kubernetes.io";

export const traefik: Dialect = {
  title: "Traefik 3",
  about:
    "Traefik Labs' controller, and the one of k3s and of this project's local node. It reads affinity from the Service, " +
    "not from the Ingress (traefik#2392), and sets neither HttpOnly nor SameSite by itself. A path of type Prefix goes by " +
    "characters, not by segments: `/api` takes `/apix`, too, unless Traefik's provider has strictPrefixMatching.",
  status: "proved",
  evidence: "`npm run e2e -- ingress` on Traefik 3.7 reads every attribute of the cookie and moves pods under it.",
  className: "traefik",
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss: "The visitor gets another pod and a new cookie.",
      rollout:
        "A pod that leaves keeps its visitors until it is unready, and gets no new ones (fenced, since 3.3); then they get another pod and a new cookie.",
      scaleUp: "Nobody moves; new pods get new visitors alone.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      name: any(),
      path: any(),
      domain: any(),
      maxAgeSeconds: any(),
      secure: any(),
      httpOnly: any(),
      sameSite: any(),
      rebalance: only(["never"], "its cookie names a pod until that goes"),
      canary: only(["sticky"], "a visitor's cookie is stronger than the weights"),
      onFailure: only(["repick"], "it leaves a pod as soon as Kubernetes calls it unready"),
    },
    render: cookie,
  },
  hash: {
    cookie: { impossible: "its Ingress and Service annotations have no hash of a cookie" },
    header: { impossible: "its Ingress and Service annotations have no hash of a header" },
    sourceIP: { impossible: "its Ingress and Service annotations have no hash of the client's address" },
  },
  reserved: [
    { pattern: `${prefix}/service.sticky.cookie.domain`, option: "domain" },
    { pattern: `${prefix}/service.sticky.cookie.maxage`, option: "maxAgeSeconds" },
    { pattern: `${prefix}/service.sticky*`, option: "kind" },
    { pattern: `${prefix}/service.nativelb` },
    { pattern: `${prefix}/service.nodeportlb` },
  ],
  tls: {
    render: https,
    note:
      "HTTPS is served by the entry point `websecure`, HTTP by `web`, as in Traefik's Helm chart. The redirect is a " +
      "Middleware, which needs Traefik's CRDs and its provider kubernetescrd. TLS that something before Traefik ends has to " +
      "be `ingress.tls: {elsewhere: true}`: with any other, visitors who come to Traefik by plain HTTP are redirected for ever.",
  },
  links: [
    {
      title: "Annotations of Ingress and Service",
      url: "https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/#on-service",
    },
    { title: "The annotation is ignored on the Ingress", url: "https://github.com/traefik/traefik/issues/2392" },
  ],
};

function cookie({ name, path, domain, maxAgeSeconds, secure, httpOnly, sameSite }: CookieAffinity): Partial<Rendering> {
  const key = `${prefix}/service.sticky.cookie`;
  return {
    serviceAnnotations: {
      [key]: "true",
      [`${key}.name`]: String(name),
      [`${key}.path`]: String(path),
      ...(domain === undefined ? {} : { [`${key}.domain`]: domain }),
      ...(maxAgeSeconds === undefined ? {} : { [`${key}.maxage`]: String(maxAgeSeconds) }),
      [`${key}.secure`]: String(secure),
      [`${key}.httponly`]: String(httpOnly),
      [`${key}.samesite`]: String(sameSite).toLowerCase(),
    },
  };
}

/**
 * For a router that serves both entry points. Unlike redirectScheme it lets every request by TLS pass, on whatever port
 * visitors come; it does not look at X-Forwarded-Proto. @see traefik/pkg/middlewares/redirect
 */
const fromHttp = { regex: "^http://([^/:]+)(:[0-9]+)?(/.*)?$", replacement: "https://${1}${3}", permanent: true };

function https(redirect: boolean, { name, namespace, tlsElsewhere = false }: Place): Partial<Rendering> {
  const router = `${prefix}/router`;
  if (!redirect) return { ingressAnnotations: { [`${router}.entrypoints`]: "web,websecure" } };
  const middleware = `${name}-https`;
  return {
    ingressAnnotations: {
      [`${router}.entrypoints`]: "web,websecure",
      [`${router}.middlewares`]: `${namespace}-${middleware}@kubernetescrd`,
    },
    objects: [
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "Middleware",
        name: middleware,
        spec: tlsElsewhere ? { redirectScheme: { scheme: "https", permanent: true } } : { redirectRegex: fromHttp },
      },
    ],
    requirements: [
      "Traefik's CRDs are installed, and its provider kubernetescrd is on and sees the namespace.",
      ...(tlsElsewhere
        ? [
            "What ends TLS sets X-Forwarded-Proto, and Traefik's entry points trust its address (forwardedHeaders.trustedIPs).",
          ]
        : []),
    ],
  };
}
