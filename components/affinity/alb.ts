import { any, never, only, type Dialect } from "./dialect.ts";
import type { CookieAffinity, Rendering } from "./types.ts";

const prefix = "alb.ingress.kubernetes.io";

/** Lifetime that AWS gives the cookie if none is said. */
const defaultSeconds = 86_400;
const maxSeconds = 604_800;

/** Its own default, target-type instance, takes no Service of type ClusterIP. */
const toPods = {
  serviceAnnotations: { [`${prefix}/target-type`]: "ip" },
  requirements: ["Pods have addresses of the VPC (Amazon VPC CNI), for they are the targets."],
};

const noHash = { impossible: "an Application Load Balancer has no hash among its algorithms" };

export const alb: Dialect = {
  title: "AWS Load Balancer Controller 3",
  about:
    "AWS's controller, which makes an Application Load Balancer of an Ingress. Affinity is an attribute of the target group " +
    "and is written on the Service, so that other Services of the Ingress keep theirs. Targets are pods (target-type ip): " +
    "with the default, instance, a visitor would stick to a node (#895).",
  status: "rendered",
  evidence:
    "Read from the controller's documentation and AWS's, and unit-tested. It needs an account of AWS, so it is not exercised here.",
  className: "alb",
  plain: toPods,
  cookie: {
    behaviour: {
      strength: "strong",
      podLoss:
        "The visitor gets another pod and a new cookie, once the health check or the controller took the target out.",
      rollout: "A pod that stops is deregistered: requests under way end, the next ones go to another pod.",
      scaleUp: "Nobody moves; new pods get new visitors.",
      scaleDown: "The visitors of the pods that go get another pod and a new cookie; nobody else moves.",
    },
    options: {
      name: only(["AWSALB"], "the load balancer names it"),
      path: only(["/"], "the load balancer always sets Path=/"),
      domain: never("the load balancer sets it for the host alone"),
      maxAgeSeconds: {
        values: `1 to ${maxSeconds}`,
        accepts: (value) => typeof value === "number" && value >= 1 && value <= maxSeconds,
        note: `its stickiness always ends; left out, after ${defaultSeconds} s`,
      },
      secure: only([false], "AWSALB is never Secure; only AWSALBCORS beside it is"),
      httpOnly: only([false], "AWSALB is never HttpOnly"),
      sameSite: never("AWSALB has no SameSite; AWSALBCORS beside it has None"),
      rebalance: only(["never"], "its cookie names a pod until that goes"),
      canary: any(
        "a weighted action of your own needs TargetGroupStickinessConfig, or the controller reports an error",
      ),
      onFailure: only(["repick"], "a target that fails its health check is replaced by another one"),
    },
    render: cookie,
  },
  hash: { cookie: noHash, header: noHash, sourceIP: noHash },
  reserved: [{ pattern: `${prefix}/target-group-attributes`, option: "kind" }, { pattern: `${prefix}/target-type` }],
  tls: {
    render: https,
    noSecret: "it takes certificates from AWS Certificate Manager",
    note: "TLS ends at the load balancer, with a certificate of AWS Certificate Manager: use `ingress.tls: {elsewhere: true}`. It redirects by 301.",
  },
  links: [
    {
      title: "Annotations",
      url: "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/",
    },
    {
      title: "Certificates",
      url: "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/cert_discovery/",
    },
    {
      title: "Sticky sessions",
      url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html",
    },
    {
      title: "Nodes instead of pods",
      url: "https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/895",
    },
  ],
};

function cookie({ maxAgeSeconds = defaultSeconds }: CookieAffinity): Partial<Rendering> {
  const attributes = {
    "stickiness.enabled": "true",
    "stickiness.type": "lb_cookie",
    "stickiness.lb_cookie.duration_seconds": maxAgeSeconds,
  };
  return {
    serviceAnnotations: {
      ...toPods.serviceAnnotations,
      [`${prefix}/target-group-attributes`]: Object.entries(attributes)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    },
    requirements: toPods.requirements,
  };
}

function https(redirect: boolean): Partial<Rendering> {
  return {
    ingressAnnotations: {
      [`${prefix}/listen-ports`]: '[{"HTTP": 80}, {"HTTPS": 443}]',
      ...(redirect ? { [`${prefix}/ssl-redirect`]: "443" } : {}),
    },
    requirements: [
      "AWS Certificate Manager has a certificate for the hosts, which the controller finds by their names; it reads no Secret.",
    ],
  };
}
