import type { V1ServiceSpec } from "@kubernetes/client-node";
import { groupKind, specOf } from "./pods.ts";
import type { Rule } from "./rule.ts";

export const loadBalancerSources: Rule = {
  name: "load-balancer-sources",
  description: "In production a load balancer says whom it lets in: what the whole internet reaches, it tries.",
  reads: "stacks",
  scope: "object",
  check: (object) => {
    if (groupKind(object) !== "/Service") return [];
    const { type, loadBalancerSourceRanges = [] } = specOf<V1ServiceSpec>(object);
    if (type !== "LoadBalancer") return [];
    const everybody = loadBalancerSourceRanges.find((range) => range.endsWith("/0"));
    if (everybody !== undefined)
      return [`lets everybody in by ${everybody}; name smaller ranges, or except this Service`];
    if (loadBalancerSourceRanges.length > 0) return [];
    return ["lets everybody in; set loadBalancerSourceRanges (service.sourceRanges)"];
  },
};
