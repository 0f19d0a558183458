import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { rules } from "../policy/rules/all.ts";
import { violationsOf } from "../policy/rules/rule.ts";
import { render } from "./rendered.ts";

const root = new URL("..", import.meta.url);
const stacks = readdirSync(root).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []);

/** What is wrong with a stack, rule by rule. */
async function problemsOf(stack: string, overrides?: Record<string, unknown>, like?: string): Promise<string[]> {
  const { objects } = await render(stack, overrides, like);
  const violations = rules.map((rule) => [rule.name, violationsOf(rule, objects, stack)] as const);
  return violations.flatMap(([rule, found]) => found.map(({ message }) => `${rule}: ${message}`));
}

describe("the policies", () => {
  for (const stack of stacks) {
    it(`take stack ${stack} as it is rendered`, async () => {
      assert.deepEqual(await problemsOf(stack), []);
    });
  }

  it("take a stack of production whose TLS ends elsewhere, for its Ingress says so", async () => {
    const tls = { elsewhere: true };
    assert.deepEqual(await problemsOf("prod", { "ingress.tls": tls }, "dev"), []);
  });

  it("refuse what the configuration takes", async () => {
    const overrides = {
      "app.env": { DATABASE: "postgres://shop:hush@db/shop" },
      "app.resources": { requests: { cpu: "50m", memory: "64Mi" }, limits: {} },
      service: { type: "LoadBalancer" },
      "ingress.tls": { elsewhere: true },
    };
    const found = await problemsOf("prod", overrides, "dev");
    assert.deepEqual(
      found.map((line) => line.replace(/[0-9a-f]{10}/, "HASH")),
      [
        "requests-and-limits: Deployment session-stack-prod/app: container app lacks limits.memory; set what is missing under resources",
        "no-plain-secrets: ConfigMap session-stack-prod/app-env-HASH: DATABASE has a URL with a password in it; keep it in a Secret and refer to that (app.secretEnv)",
        "load-balancer-sources: Service session-stack-prod/app: lets everybody in; set loadBalancerSourceRanges (service.sourceRanges)",
      ],
    );
  });
});
