import assert from "node:assert/strict";
import type { Environment } from "../../cli/environment.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { install, remove } from "./ingress/definitions.ts";
import { backendDefinition } from "./ingress/standIns.ts";
import { moved, podsAreKnown, Visitors, visitorsOf } from "./ingress/visitors.ts";
import { ways } from "./ingress/way.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";
import type { Endpoint } from "./proof/browser.ts";
import { deletePod, podNames, settled, type Pods } from "./proof/pods.ts";

/** Enough that none of three pods is without one: by chance that happens in 3 · (2/3)³⁰ = 0.002 % of the runs. */
const visitorCount = 30;

// What is asserted of who moves is what docs/affinity says of the dialect. That nobody is logged out is asserted by each
// look at the visitors' pods.

describe("affinity, and its loss", function () {
  this.timeout(300_000);
  let environment: Environment;
  let options: StackOptions;

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // The proxies run in the local node's network.
    environment = await openEnvironment();
    options = await ownStack("ingress", environment, { "store.replicas": 0 });
    await install([backendDefinition]);
  });
  after("destroy it", async () => {
    if (options === undefined) return;
    await destroyStack(options);
    await remove([backendDefinition]);
  });

  for (const way of ways) {
    describe(`by a cookie in the words of ${way.controller}, served by ${way.servedBy}${way.missing && ` (skipped: ${way.missing})`}`, () => {
      let stack: DeployedStack;
      let endpoint: Endpoint;
      let pods: Pods;
      let visitors: Visitors;

      const deploy = async (replicas: number, overrides: Overrides = {}) => {
        const ingress = {
          controller: way.controller,
          className: way.className,
          hosts: [{ host: "ingress.localhost" }],
          awaitAddress: false,
        };
        const given = { ingress, affinity: { kind: "cookie" }, "app.replicas": replicas, ...overrides };
        stack = await deployStack({ ...options, overrides: { ...options.overrides, ...given } });
        pods = { cluster: stack.cluster, namespace: stack.outputs.namespace };
        await settled(pods, stack.outputs.app.name);
      };

      before("with visitors", async function () {
        if (way.missing !== "") this.skip();
        await deploy(3);
        endpoint = await way.open(environment, stack);
        await podsAreKnown(endpoint, 3);
        visitors = await Visitors.logIn(endpoint, visitorCount);
      });
      after("stop the proxy", () => way.close());

      it("spreads visitors, and leads each back to the same pod", async () => {
        const places = await visitors.pods();
        assert.equal(new Set(places.values()).size, 3);
      });

      it("moves the visitors of a lost pod, and nobody else", async () => {
        const before = await visitors.pods();
        const [lost = ""] = before.values();
        await deletePod(pods, lost);
        await deploy(3);
        const after = await visitors.pods();
        assert.deepEqual(
          moved(before, after),
          visitorsOf(before, (pod) => pod === lost),
        );
      });

      it("moves nobody when pods are added, which get new visitors", async () => {
        const before = await visitors.pods();
        await deploy(5);
        assert.deepEqual(moved(before, await visitors.pods()), []);
        const newcomers = await Visitors.logIn(endpoint, visitorCount);
        const old = new Set(before.values());
        assert.notDeepEqual(
          visitorsOf(await newcomers.pods(), (pod) => !old.has(pod)),
          [],
        );
      });

      it("moves the visitors of the pods that go when there shall be fewer", async () => {
        const before = await visitors.pods();
        await deploy(2);
        const after = await visitors.pods();
        const left = await podNames(pods);
        assert.equal(left.length, 2);
        assert.deepEqual(
          moved(before, after),
          visitorsOf(before, (pod) => !left.includes(pod)),
        );
      });

      it("moves nobody when the controller is restarted", async () => {
        const before = await visitors.pods();
        await way.restart(stack);
        assert.deepEqual(moved(before, await visitors.pods()), []);
      });

      it("moves everybody in a rollout", async () => {
        const before = await visitors.pods();
        await deploy(3, { "app.env": { RELEASE: "2" } });
        assert.deepEqual(
          moved(before, await visitors.pods()),
          visitorsOf(before, () => true),
        );
      });
    });
  }
});
