import assert from "node:assert/strict";
import { Agent } from "node:http";
import got from "got";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { nodeAddress } from "./ingress/nodeAddress.ts";
import { suite } from "./options.ts";
import { ownStack, withoutVolumes } from "./ownStack.ts";
import { lookupAs, type Endpoint, type Session } from "./proof/browser.ts";

const nodePort = 31_480;

describe("an application without an Ingress", function () {
  this.timeout(300_000);
  let environment: Environment;
  let options: StackOptions;
  let endpoint: Endpoint;

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // Whether another cluster has load balancers is not known here.
    environment = await openEnvironment();
    options = await ownStack("service", environment, {
      ...withoutVolumes(environment),
      "app.replicas": 2,
      ingress: null,
      affinity: { kind: "none" },
    });
  });
  after("destroy it", async () => {
    if (options !== undefined) await destroyStack(options);
  });

  const deploy = (overrides: Overrides): Promise<DeployedStack> =>
    deployStack({ ...options, overrides: { ...options.overrides, ...overrides } });

  it("is reached at the load balancer's address, which is the stack's URL", async () => {
    const service = { type: "LoadBalancer", port: 8081, annotations: { "example.com/owner": "shop" } };
    const stack = await deploy({ service, affinity: { kind: "clientIP", timeoutSeconds: 600 } });
    assert.match(stack.outputs.url ?? "", /^http:\/\/10\.99\.\d+\.\d+:8081\/$/);
    endpoint = await environment.endpoint(stack);
    assert.match(await eventually("the load balancer to answer", 30, () => podAt(endpoint)), /^app-/);
  });

  it("keeps a client on one pod there, connection by connection, and without affinity does not", async () => {
    const met = new Set<string>();
    for (let visits = 0; visits < 20; visits += 1) met.add(await podAt(endpoint));
    assert.equal(met.size, 1);
    await deploy({ service: { type: "LoadBalancer", port: 8081 } });
    await eventually("the client to meet another pod", 60, async () => !met.has(await podAt(endpoint)));
  });

  it("refuses who is not in its source ranges", async () => {
    await deploy({ service: { type: "LoadBalancer", port: 8081, sourceRanges: ["192.0.2.0/24"] } });
    await eventually("nobody to answer", 60, () =>
      podAt(endpoint).then(
        () => false,
        () => true,
      ),
    );
  });

  it("is reached at a fixed port of the node, and has no URL then", async () => {
    const stack = await deploy({ service: { type: "NodePort", nodePort } });
    assert.equal(stack.outputs.url, null);
    const address = await nodeAddress(stack.cluster);
    const node = { url: `http://${address}:${nodePort}`, address };
    assert.match(await eventually("the node's port to answer", 30, () => podAt(node)), /^app-/);
  });
});

/** The pod that answers on a new connection, which is what kube-proxy leads somewhere. */
async function podAt({ url, address }: Endpoint): Promise<string> {
  const agent = new Agent({ keepAlive: false });
  const { body } = await got<Session>(`${url}/api/pod`, {
    agent: { http: agent },
    dnsLookup: lookupAs(address),
    responseType: "json",
    retry: { limit: 0 },
    timeout: { request: 3000 },
  });
  return body.pod;
}
