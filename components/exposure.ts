import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { renderAffinity } from "./affinity/affinity.ts";
import type { Affinity, Place, Rendering } from "./affinity/types.ts";
import { labels, type Labels } from "./labels.ts";

export interface ExposureArgs {
  instance: string;
  namespace: string;
  /** Labels of the application's pods, whose port is called `http`. */
  selector: Labels;
  service: { type: "ClusterIP"; port: number };
  /** Without it the application is reached by its Service alone. */
  ingress: IngressArgs | null;
  affinity: Affinity;
}

export interface IngressArgs {
  className: string;
  hosts: { host: string; paths: string[] }[];
}

/** How the application is reached: its Service, its Ingress and the affinity, which writes on both. */
export class Exposure extends pulumi.ComponentResource {
  /** Name of the Service. */
  readonly service: string;
  /** Address of the first host and path, for people; null without an Ingress. */
  readonly url: string | null;
  /** The Ingress in a consumer's words; null without one. */
  readonly ingress: { className: string; host: string; affinity: string } | null;

  constructor(name: string, args: ExposureArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:Exposure", name, args, opts);
    const controller = args.ingress === null ? null : "traefik";
    const place: Place = { name: serviceName, namespace: args.namespace, tls: false, gatewayApi: "1.6" };
    const context = { name, args, parent: this, rendering: renderAffinity(args.affinity, controller, place) };

    const service = createService(context);
    if (args.ingress !== null) createIngress(context, args.ingress, service);

    const [first] = args.ingress?.hosts ?? [];
    this.service = serviceName;
    this.url = first === undefined ? null : `http://${first.host}${first.paths[0] ?? "/"}`;
    this.ingress =
      args.ingress === null || first === undefined
        ? null
        : { className: args.ingress.className, host: first.host, affinity: args.affinity.kind };
    this.registerOutputs({ service: this.service, url: this.url, ingress: this.ingress });
  }
}

const serviceName = "app";

interface Context {
  name: string;
  args: ExposureArgs;
  parent: pulumi.Resource;
  rendering: Rendering;
}

function metadata({ args }: Context, annotations: Record<string, string>) {
  const identity = { name: "app", instance: args.instance };
  return { name: serviceName, namespace: args.namespace, labels: labels(identity, "exposure"), annotations };
}

function createService(context: Context) {
  const { name, args, parent, rendering } = context;
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      // The Deployment has been waited for already.
      metadata: metadata(context, { "pulumi.com/skipAwait": "true", ...rendering.serviceAnnotations }),
      spec: {
        type: args.service.type,
        selector: args.selector,
        ports: [{ name: "http", port: args.service.port, targetPort: "http" }],
        ...rendering.serviceSpec,
      },
    },
    { parent },
  );
}

function createIngress(context: Context, ingress: IngressArgs, service: k8s.core.v1.Service) {
  const { name, parent, rendering } = context;
  const backend = { service: { name: service.metadata.name, port: { name: "http" } } };
  const rules = ingress.hosts.map(({ host, paths }) => ({
    host,
    http: { paths: paths.map((path) => ({ path, pathType: "Prefix", backend })) },
  }));
  return new k8s.networking.v1.Ingress(
    `${name}-ingress`,
    {
      metadata: metadata(context, rendering.ingressAnnotations),
      spec: { ingressClassName: ingress.className, rules },
    },
    // A controller that never writes an address would keep the wait for its full ten minutes.
    { parent, customTimeouts: { create: "3m", update: "3m" } },
  );
}
