import assert from "node:assert/strict";
import { disruptionBudget } from "../components/disruptionBudget.ts";
import { networkPolicy } from "../components/redis/protection.ts";

// Whether the cluster's network enforces policies is not known here.

const members = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "shop-dev" };

describe("what protects the members", () => {
  it("lets a drain take one at a time, and any that is not ready", () => {
    assert.deepEqual(disruptionBudget(members), {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: members },
    });
  });

  const rule = {
    from: [
      { podSelector: { matchLabels: members } },
      { podSelector: { matchLabels: { "session-stack/store-client": "true" } } },
    ],
    ports: [{ protocol: "TCP", port: 6379 }],
  };

  it("lets members and clients of the namespace connect, and nobody else", () => {
    assert.deepEqual(networkPolicy(members, false), {
      podSelector: { matchLabels: members },
      policyTypes: ["Ingress"],
      ingress: [rule],
    });
  });

  it("shows metrics to everybody", () => {
    assert.deepEqual(networkPolicy(members, true).ingress, [rule, { ports: [{ protocol: "TCP", port: 9121 }] }]);
  });
});
