import type { Dialect } from "./dialect.ts";

const reason =
  "its annotations are not known here; write them yourself, in ingress.annotations and service.annotations";

/** Any other controller of Ingresses: its owner writes what it reads. */
export const other: Dialect = {
  title: "Any other controller",
  about:
    "The stack writes an Ingress of the class that you name, and your annotations on it and on the Service. The overview has " +
    "a table of what other controllers read.",
  status: "rendered",
  evidence: "The Ingress and the passing on of annotations are unit-tested; what a controller makes of them is not.",
  className: undefined,
  cookie: { impossible: reason },
  hash: { cookie: { impossible: reason }, header: { impossible: reason }, sourceIP: { impossible: reason } },
  tls: {
    render: () => ({}),
    noRedirect: "how it redirects is not known here; write its annotation yourself, in ingress.annotations",
  },
  links: [
    {
      title: "Ingress controllers",
      url: "https://kubernetes.io/docs/concepts/services-networking/ingress-controllers/",
    },
  ],
};
