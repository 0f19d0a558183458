import type { ServiceSettings } from "../../config/exposure.ts";
import { merged, serviceSources } from "./annotations.ts";
import { metadata, type Way } from "./way.ts";

/** The application's Service. */
export function servicePlan(way: Way) {
  const { service, selector, affinityRendering } = way;
  const { labels, ...identity } = metadata(way);
  return {
    metadata: {
      ...identity,
      labels: { ...labels, ...affinityRendering.serviceLabels },
      annotations: merged(service.annotations, serviceSources(way)),
    },
    spec: {
      ...typeFields(service),
      selector,
      ports: [{ name: "http", port: service.port, targetPort: "http", ...nodePort(service) }],
      ...affinityRendering.serviceSpec,
    },
  };
}

function typeFields(service: ServiceSettings) {
  const { type } = service;
  if (type === "ClusterIP") return { type };
  const { externalTrafficPolicy } = service;
  if (type === "NodePort") return { type, externalTrafficPolicy };
  const { sourceRanges, loadBalancerClass } = service;
  return {
    type,
    externalTrafficPolicy,
    ...(sourceRanges.length === 0 ? {} : { loadBalancerSourceRanges: sourceRanges }),
    ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
  };
}

/** Left to the API server where the user has no wish. */
function nodePort(service: ServiceSettings) {
  return service.type === "ClusterIP" || service.nodePort === undefined ? {} : { nodePort: service.nodePort };
}
