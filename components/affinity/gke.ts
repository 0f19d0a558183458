import { any, never, only, seconds, type Behaviour, type Dialect } from "./dialect.ts";
import type { CookieAffinity, Place, Rendering } from "./types.ts";

const hashed: Behaviour = {
  strength: "weak",
  podLoss: "The visitors of the pod get another one, and some others may move with them.",
  rollout: "Some visitors move with each pod that is replaced.",
  scaleUp: "Some visitors move, for the hash is over the pods that there are.",
  scaleDown: "The visitors of the pods that go get another pod, and some others may move with them.",
};

/** Without network endpoint groups it takes no Service of type ClusterIP, and its affinity is to nodes. */
const toPods = {
  serviceAnnotations: { "cloud.google.com/neg": JSON.stringify({ ingress: true }) },
  requirements: ["The cluster is VPC-native, for network endpoint groups need it."],
};

const noField = never("BackendConfig has no field for it");
const noHash = { impossible: "BackendConfig has no hash of it, only GCPBackendPolicy of GKE's Gateway has" };

export const gke: Dialect = {
  title: "GKE Ingress",
  about:
    "Google's controller, which makes a load balancer of Google Cloud of an Ingress. It ignores an Ingress with " +
    "ingressClassName: without a class it makes an external load balancer, with the annotation kubernetes.io/ingress.class " +
    "(gce, gce-internal) what that says. Affinity is an object BackendConfig that the Service names.",
  status: "rendered",
  evidence:
    "Read from the controller's source and unit-tested. It needs an account of Google Cloud, so it is not exercised here.",
  className: null,
  plain: toPods,
  cookie: {
    behaviour: hashed,
    options: {
      name: only(["GCLB"], "the load balancer names it"),
      path: only(["/"], "the load balancer always sets Path=/"),
      domain: noField,
      maxAgeSeconds: seconds(1, 86_400, "left out, the cookie lives as long as the browser runs"),
      secure: noField,
      httpOnly: noField,
      sameSite: noField,
      rebalance: only(["onScale"], "its hash moves some visitors when pods are added"),
      canary: any("its Ingress has no weights"),
      onFailure: only(["repick"], "a pod that fails its health check is replaced by another one"),
    },
    render: cookie,
  },
  hash: {
    cookie: noHash,
    header: noHash,
    sourceIP: { behaviour: hashed, render: (_name, place) => backendConfig(place, { affinityType: "CLIENT_IP" }) },
  },
  reserved: [
    { pattern: "cloud.google.com/backend-config", option: "kind" },
    { pattern: "beta.cloud.google.com/backend-config", option: "kind" },
    { pattern: "cloud.google.com/neg" },
  ],
  tls: {
    render: https,
    note: "The certificate is the Ingress's Secret, or one of Google's by an annotation (`ingress.tls: {elsewhere: true}`). It redirects by 301.",
  },
  links: [
    {
      title: "Ingress configuration",
      url: "https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration",
    },
    {
      title: "Session affinity of the load balancer",
      url: "https://cloud.google.com/load-balancing/docs/backend-service#session_affinity",
    },
    {
      title: "Fields of a BackendConfig",
      url: "https://github.com/kubernetes/ingress-gce/blob/master/pkg/apis/backendconfig/v1/types.go",
    },
    {
      title: "Fields of a FrontendConfig",
      url: "https://github.com/kubernetes/ingress-gce/blob/master/pkg/apis/frontendconfig/v1beta1/types.go",
    },
  ],
};

function cookie({ maxAgeSeconds = 0 }: CookieAffinity, place: Place): Partial<Rendering> {
  return backendConfig(place, { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: maxAgeSeconds });
}

function backendConfig({ name }: Place, sessionAffinity: Record<string, unknown>): Partial<Rendering> {
  const own = `${name}-affinity`;
  return {
    serviceAnnotations: {
      "cloud.google.com/backend-config": JSON.stringify({ default: own }),
      ...toPods.serviceAnnotations,
    },
    objects: [{ apiVersion: "cloud.google.com/v1", kind: "BackendConfig", name: own, spec: { sessionAffinity } }],
    requirements: toPods.requirements,
  };
}

function https(redirect: boolean, { name }: Place): Partial<Rendering> {
  if (!redirect) return {};
  const own = `${name}-https`;
  return {
    ingressAnnotations: { "networking.gke.io/v1beta1.FrontendConfig": own },
    objects: [
      {
        apiVersion: "networking.gke.io/v1beta1",
        kind: "FrontendConfig",
        name: own,
        spec: { redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" } },
      },
    ],
  };
}
