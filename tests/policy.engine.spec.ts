import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { policies } from "../policy/policies.ts";
import { rules } from "../policy/rules/all.ts";
import { deployment, object } from "./policies.ts";

// That the engine loads the pack is proved by tests/processes/policyHost.spec.ts, and what it does with it on the engine.

const urn = (type: string, stack = "dev") => `urn:pulumi:${stack}::shop::session-stack:index:App$${type}::app`;
const type = "kubernetes:apps/v1:Deployment";

/** A resource as the engine hands it over. */
const resource = (props: object, more: Partial<PolicyResource> = {}) =>
  ({ type, urn: urn(type), name: "app-deployment", props, ...more }) as PolicyResource;

const policyOf = (name: string) => policies.find((policy) => policy.name === name);

/** What the policy for single resources reports. */
async function reported(name: string, one: PolicyResource, config: object = {}): Promise<string[]> {
  const found: string[] = [];
  const { validateResource } = policyOf(name) as ResourceValidationPolicy;
  assert.ok(typeof validateResource === "function");
  const args = { ...one, getConfig: () => config } as unknown as ResourceValidationArgs;
  await validateResource(args, (message) => found.push(String(message)));
  return found;
}

/** What the policy for whole stacks reports, and of which resource. */
async function reportedOfStack(name: string, resources: PolicyResource[], config: object = {}) {
  const found: [message: string, urn: string | undefined][] = [];
  const { validateStack } = policyOf(name) as StackValidationPolicy;
  const args = { resources, getConfig: () => config } as unknown as StackValidationArgs;
  await validateStack(args, (message, where) => found.push([String(message), where]));
  return found;
}

const latest = deployment({ image: "shop:latest" });
const refusal =
  "Deployment shop/app: container app has the image shop:latest, which is another one with each release; give it a tag other than latest, or a digest";
const ingress = object("networking.k8s.io/v1", "Ingress", "app", { spec: { rules: [{ host: "a.example" }] } });
const several = object("apps/v1", "Deployment", "app", { spec: { replicas: 2 } });
const unprotected =
  "Deployment shop/app: has up to 2 pods and no PodDisruptionBudget, so that draining nodes may stop all of them at once; add one whose selector finds its pods";

describe("the policy pack", () => {
  it("has a mandatory policy for each rule, in words of its own", () => {
    assert.deepEqual(
      policies.map(({ name, enforcementLevel }) => [name, enforcementLevel]),
      rules.map(({ name }) => [name, "mandatory"]),
    );
    assert.equal(new Set(rules.map(({ description }) => description)).size, rules.length);
  });

  it("is described, each policy in a row of its own", () => {
    const page = readFileSync(new URL("../docs/operations/policy.md", import.meta.url), "utf8");
    const rows = [...page.matchAll(/^\| ([a-z][-a-z]+) +\|/gm)].map(([, name]) => name);
    assert.deepEqual(
      rows.filter((name) => name !== "policy"),
      rules.map(({ name }) => name),
    );
  });

  it("tells the engine what can be set, with the defaults", () => {
    const list = (values: string[] = []) => ({ type: "array", items: { type: "string" }, default: values });
    const schemas = new Map(policies.map(({ name, configSchema }) => [name, configSchema?.properties] as const));
    assert.deepEqual(schemas.get("pinned-images"), { except: list() });
    assert.deepEqual(schemas.get("tls"), { except: list(), stacks: list(["prod"]) });
    const variables = list(["SESSION_STORE", "SESSION_STORE_PASSWORD", "SESSION_SECRET"]);
    assert.deepEqual(schemas.get("no-plain-secrets"), { except: list(), variables });
  });

  it("reports a resource that breaks a rule, and no other", async () => {
    assert.deepEqual(await reported("pinned-images", resource(latest)), [refusal]);
    assert.deepEqual(await reported("pinned-images", resource(deployment({ image: "shop:1" }))), []);
  });

  it("excepts the objects that a team names", async () => {
    assert.deepEqual(await reported("pinned-images", resource(latest), { except: ["Deployment shop/app"] }), []);
    assert.deepEqual(await reported("pinned-images", resource(latest), { except: ["Deployment app"] }), [refusal]);
  });

  it("passes over what is not a whole object of Kubernetes", async () => {
    for (const other of ["aws:s3/bucket:Bucket", "pulumi:providers:kubernetes", "kubernetes:apps/v1:DeploymentPatch"]) {
      assert.deepEqual(await reported("pinned-images", resource(latest, { type: other })), []);
    }
  });

  it("knows production by the name of the stack", async () => {
    const at = (stack: string) => resource(ingress, { urn: urn("kubernetes:networking.k8s.io/v1:Ingress", stack) });
    assert.equal((await reported("tls", at("prod"))).length, 1);
    assert.deepEqual(await reported("tls", at("dev")), []);
    assert.deepEqual(await reported("tls", at("prod"), { stacks: ["live"] }), []);
  });

  it("looks at all objects where a rule needs them, and says which it is about", async () => {
    const budget = object("policy/v1", "PodDisruptionBudget", "app", { spec: { selector: {} } });
    const others = [
      resource({}, { type: "pulumi:pulumi:Stack", urn: urn("pulumi:pulumi:Stack") }),
      resource(budget, { type: "kubernetes:policy/v1:PodDisruptionBudget" }),
    ];
    assert.deepEqual(await reportedOfStack("disruption-budgets", [resource(several)]), [[unprotected, urn(type)]]);
    assert.deepEqual(await reportedOfStack("disruption-budgets", [...others, resource(several)]), []);
    assert.deepEqual(await reportedOfStack("disruption-budgets", []), []);
    const config = { except: ["Deployment shop/app"] };
    assert.deepEqual(await reportedOfStack("disruption-budgets", [resource(several)], config), []);
  });
});
