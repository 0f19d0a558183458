import { certificateSecret, hostsOf } from "./certificate.ts";
import { httpRoutePlans } from "./httpRoute.ts";
import { ingressPlan } from "./ingress.ts";
import { servicePlan } from "./service.ts";
import { metadata, wayTo, type ExposureSettings, type Owner, type Way } from "./way.ts";

/** Every object that leads to an application: what the component registers, and what the rules look at. */
export function planExposure(settings: ExposureSettings, owner: Owner) {
  const way = wayTo(settings, owner);
  const { ingress } = way;
  const secret = ingress === null ? undefined : certificateSecret(ingress, owner);
  return {
    service: servicePlan(way),
    certificate: ingress === null || secret === undefined ? undefined : { hosts: hostsOf(ingress), secret },
    ingress: ingressPlan(way),
    /** Objects of kinds that come with the controller. */
    custom: [...customObjects(way), ...httpRoutePlans(way)],
  };
}

function customObjects(way: Way) {
  return [...way.affinityRendering.objects, ...way.tlsRendering.objects].map(({ apiVersion, kind, name, spec }) => ({
    apiVersion,
    kind,
    metadata: metadata(way, name),
    spec,
  }));
}
