import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { planExposure } from "./exposure/plan.ts";
import { selfSigned } from "./exposure/selfSigned.ts";
import { ingressOutput, ingressUrl, loadBalancerUrl, type IngressOutput } from "./exposure/url.ts";
import { exposedName, type ExposureSettings, type Owner } from "./exposure/way.ts";

export type ExposureArgs = ExposureSettings & Owner;

type Plan = ReturnType<typeof planExposure>;

/** An address that never comes would keep the wait for its full ten minutes. */
const customTimeouts = { create: "3m", update: "3m" };

const skipAwait = { "pulumi.com/skipAwait": "true" };

/** How the application is reached: its Service, its Ingress or HTTPRoutes, and the affinity, which writes on all of them. */
export class Exposure extends pulumi.ComponentResource {
  /** Name of the Service. */
  readonly service: string;
  /** Address for people; null where none is known. */
  readonly url: pulumi.Output<string | null>;
  /** The Ingress in a consumer's words; null without one. */
  readonly ingress: IngressOutput | null;

  constructor(name: string, args: ExposureArgs, opts?: pulumi.ComponentResourceOptions) {
    super("session-stack:index:Exposure", name, args, opts);
    const plan = planExposure(args, args);

    const service = this.createService(name, plan, args.service.type);
    const certificate = this.createCertificate(name, plan);
    const custom = this.createCustomObjects(name, plan, service);
    this.createIngress(name, plan, args.ingress?.awaitAddress ?? true, [service, ...certificate, ...custom]);

    this.service = exposedName;
    this.url = args.ingress === null ? addressOf(service, args.service) : pulumi.output(ingressUrl(args.ingress));
    this.ingress = args.ingress === null ? null : ingressOutput(args.ingress, args.affinity);
    this.registerOutputs({ service: this.service, url: this.url, ingress: this.ingress });
  }

  private createService(name: string, { service }: Plan, type: string): k8s.core.v1.Service {
    // The Deployment has been waited for already; the address of a load balancer has not.
    const awaited = type === "LoadBalancer" ? {} : skipAwait;
    const metadata = { ...service.metadata, annotations: { ...awaited, ...service.metadata.annotations } };
    return new k8s.core.v1.Service(`${name}-service`, { ...service, metadata }, { parent: this, customTimeouts });
  }

  private createCertificate(name: string, { certificate }: Plan): k8s.core.v1.Secret[] {
    if (certificate === undefined) return [];
    const { secret, hosts } = certificate;
    const stringData = pulumi.secret(selfSigned(hosts));
    // A new certificate in each run; the first stays. Other hosts make another Secret.
    const options = { parent: this, ignoreChanges: ["data", "stringData"] };
    return [new k8s.core.v1.Secret(`${name}-${secret.metadata.name}`, { ...secret, stringData }, options)];
  }

  private createCustomObjects(name: string, { custom }: Plan, service: pulumi.Resource) {
    return custom.map((object) => {
      const child = `${name}-${object.kind.toLowerCase()}-${object.metadata.name}`;
      return new k8s.apiextensions.CustomResource(child, object, { parent: this, dependsOn: service });
    });
  }

  private createIngress(name: string, { ingress }: Plan, isAwaited: boolean, dependsOn: pulumi.Resource[]): void {
    if (ingress === undefined) return;
    const awaited = isAwaited ? {} : skipAwait;
    const metadata = { ...ingress.metadata, annotations: { ...awaited, ...ingress.metadata.annotations } };
    new k8s.networking.v1.Ingress(
      `${name}-ingress`,
      { ...ingress, metadata },
      { parent: this, dependsOn, customTimeouts },
    );
  }
}

function addressOf(service: k8s.core.v1.Service, settings: ExposureArgs["service"]): pulumi.Output<string | null> {
  if (settings.type !== "LoadBalancer") return pulumi.output(null);
  return service.status.apply((status) => loadBalancerUrl(settings, status));
}
