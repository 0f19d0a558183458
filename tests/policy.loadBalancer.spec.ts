import { loadBalancerSources } from "../policy/rules/loadBalancerSources.ts";
import { object, takesOrRefuses } from "./policies.ts";

const service = (spec: object) => object("v1", "Service", "app", { spec });
const balancer = (...loadBalancerSourceRanges: string[]) => service({ type: "LoadBalancer", loadBalancerSourceRanges });
const everybody = (range: string) =>
  `Service shop/app: lets everybody in by ${range}; name smaller ranges, or except this Service`;

describe("the policy load-balancer-sources", () => {
  takesOrRefuses(
    loadBalancerSources,
    [
      ["ranges", balancer("192.0.2.0/24", "2001:db8::/32")],
      ["another type of Service", service({ type: "NodePort" })],
      [
        "a Service of another group",
        object("serving.example/v1", "Service", "app", { spec: { type: "LoadBalancer" } }),
      ],
      [
        "no ranges",
        service({ type: "LoadBalancer" }),
        "Service shop/app: lets everybody in; set loadBalancerSourceRanges (service.sourceRanges)",
      ],
      [
        "an empty list of ranges",
        balancer(),
        "Service shop/app: lets everybody in; set loadBalancerSourceRanges (service.sourceRanges)",
      ],
      ["a range of everybody", balancer("192.0.2.0/24", "0.0.0.0/0"), everybody("0.0.0.0/0")],
      ["a range of everybody with IPv6", balancer("::/0"), everybody("::/0")],
    ],
    { stack: "prod" },
  );

  describe("outside of production", () => {
    takesOrRefuses(loadBalancerSources, [["no ranges", service({ type: "LoadBalancer" })]]);
  });
});
