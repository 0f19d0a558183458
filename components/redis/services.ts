import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { labels, selectorLabels, type Labels } from "../labels.ts";
import { metricsServicePort } from "./metrics.ts";
import * as names from "./names.ts";

export interface ServiceArgs {
  instance: string;
  namespace: string;
}

const identity = ({ instance }: ServiceArgs) => ({ name: "redis", instance });
const redisPort = { name: "redis", port: names.port, targetPort: "redis" };

/** Whether members have metrics beside their data. */
type HeadlessArgs = ServiceArgs & { metrics: boolean };

/** A DNS name for each member. Unready ones too: a replica must find a primary that is still loading its data. */
export function createHeadlessService(name: string, args: HeadlessArgs, parent: pulumi.Resource) {
  return new k8s.core.v1.Service(
    `${name}-headless`,
    {
      metadata: metadata(args, names.statefulSet),
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selectorLabels(identity(args)),
        ports: [redisPort, ...(args.metrics ? [metricsServicePort] : [])],
      },
    },
    { parent },
  );
}

/** The Services of clients: one that always leads to the primary, one over all members that are ready. */
export function createClientServices(name: string, args: ServiceArgs, opts: pulumi.CustomResourceOptions) {
  const onlyPrimary = { "statefulset.kubernetes.io/pod-name": `${names.statefulSet}-0` };
  createClientService(name, names.primaryService, args, onlyPrimary, opts);
  createClientService(name, names.readService, args, {}, opts);
}

function createClientService(
  name: string,
  service: string,
  args: ServiceArgs,
  narrower: Labels,
  opts: pulumi.CustomResourceOptions,
) {
  return new k8s.core.v1.Service(
    `${name}-${service}`,
    {
      // Its pods have been waited for already; waiting again costs ten seconds (docs/decisions).
      metadata: { ...metadata(args, service), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { type: "ClusterIP", selector: { ...selectorLabels(identity(args)), ...narrower }, ports: [redisPort] },
    },
    opts,
  );
}

function metadata(args: ServiceArgs, name: string) {
  return { name, namespace: args.namespace, labels: labels(identity(args), "session-store") };
}
