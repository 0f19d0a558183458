import { redirectElsewhere, type Dialect } from "./dialect.ts";

const reason = "Contour reads affinity from its own HTTPProxy alone, and has no annotation of an Ingress for it";

export const contour: Dialect = {
  title: "Contour 1.33",
  about:
    "The CNCF's controller on Envoy. Its HTTPProxy has loadBalancerPolicy with the strategies Cookie (the cookie " +
    "X-Contour-Session-Affinity, a session cookie of Path / whose attributes only cookieRewritePolicies change) and " +
    "RequestHash, both weak. This stack writes an Ingress, which can have neither. To use them, set ingress to null and " +
    "write an HTTPProxy to the Service.",
  status: "rendered",
  evidence: "Read from the controller's source and unit-tested; it is not exercised here.",
  className: "contour",
  cookie: { impossible: reason },
  hash: { cookie: { impossible: reason }, header: { impossible: reason }, sourceIP: { impossible: reason } },
  tls: {
    render: (redirect, { tlsElsewhere = false }) => {
      if (!redirect) return {};
      // It would answer by a redirect whatever comes without TLS.
      if (tlsElsewhere) return { requirements: [redirectElsewhere] };
      return { ingressAnnotations: { "ingress.kubernetes.io/force-ssl-redirect": "true" } };
    },
    note: "It redirects by 301.",
  },
  links: [
    { title: "Annotations of an Ingress", url: "https://projectcontour.io/docs/main/config/annotations/" },
    {
      title: "Session affinity of an HTTPProxy",
      url: "https://projectcontour.io/docs/main/config/request-routing/#session-affinity",
    },
  ],
};
