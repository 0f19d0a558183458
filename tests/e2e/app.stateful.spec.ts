import assert from "node:assert/strict";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { podsAreKnown, Visitors, visitorsOf } from "./ingress/visitors.ts";
import { ways } from "./ingress/way.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";
import type { Endpoint, Session } from "./proof/browser.ts";
import { isReady, podNames, readPod } from "./proof/pods.ts";

/** Enough that none of three pods is likely to have less than two. */
const visitorCount = 24;

const pods = ["app-0", "app-1", "app-2"];
/** The pod that goes first when there shall be fewer. */
const last = "app-2";

// What docs/workloads/stateful.md says of who keeps the session. The demo keeps them in files on the claim of its pod.
describe("sessions on the storage of a StatefulSet's pods", function () {
  this.timeout(300_000);
  let environment: Environment;
  let options: StackOptions;

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // The proxy runs in the local node's network.
    environment = await openEnvironment();
    options = await ownStack("stateful", environment, {
      store: { kind: "none" },
      "app.workload": "statefulset",
      "app.claim": { size: "16Mi" },
      "app.rollout": { order: "parallel" },
    });
  });
  after("destroy it", async () => {
    if (options !== undefined) await destroyStack(options);
  });

  for (const way of ways.filter(({ controller }) => controller === "traefik" || controller === "haproxy-ingress")) {
    const namesPods = way.controller === "haproxy-ingress";

    describe(`whose cookie names ${namesPods ? "the pod" : "an address"}: ${way.controller}, served by ${way.servedBy}${way.missing && ` (skipped: ${way.missing})`}`, () => {
      let endpoint: Endpoint;

      const deploy = async (replicas: number, release: string): Promise<DeployedStack> => {
        const ingress = {
          controller: way.controller,
          className: way.className,
          hosts: [{ host: "stateful.localhost" }],
          awaitAddress: false,
        };
        const given: Overrides = {
          ingress,
          affinity: { kind: "cookie" },
          "app.replicas": replicas,
          "app.env": { SESSION_STORE: "file:///data/sessions", RELEASE: release },
        };
        const stack = await deployStack({ ...options, overrides: { ...options.overrides, ...given } });
        await settled(stack, pods.slice(0, replicas));
        return stack;
      };
      /** Deploys, and waits until the controller knows of it. */
      const deployAll = async (release: string) => {
        await deploy(pods.length, release);
        await podsAreKnown(endpoint, pods.length);
      };

      before("with three pods", async function () {
        if (way.missing !== "") this.skip();
        endpoint = await way.open(environment, await deploy(pods.length, "1"));
        await podsAreKnown(endpoint, pods.length);
      });
      after("stop the proxy", () => way.close());

      it("loses those of the last pod with it, and keeps the others, when there are fewer pods", async () => {
        const visitors = await Visitors.logIn(endpoint, visitorCount);
        const before = await visitors.pods();
        const lost = visitorsOf(before, (pod) => pod === last);
        assert.ok(lost.length > 1, `${lost.length} visitors of ${last}`);
        const impatient = lost.slice(0, Math.ceil(lost.length / 2));
        const patient = lost.filter((name) => !impatient.includes(name));
        const others = visitorsOf(before, (pod) => pod !== last);

        await deploy(2, "1");
        const meanwhile = await visitors.sessions([...impatient, ...others]);
        assert.deepEqual(withSession(meanwhile), others);
        assert.deepEqual(onSamePod(meanwhile, before), others);

        await deployAll("1");
        const back = await visitors.sessions();
        // Who came while the pod was away was given another one, and stays there.
        assert.deepEqual(
          impatient.map((name) => [back.get(name)?.loggedIn, back.get(name)?.pod]),
          impatient.map((name) => [false, meanwhile.get(name)?.pod]),
        );
        assert.deepEqual(
          others.filter((name) => back.get(name)?.loggedIn !== true),
          [],
        );
        // Who did not come finds the session where the pod is found, which an address does by chance alone.
        assert.deepEqual(
          patient.filter((name) => back.get(name)?.loggedIn === true),
          patient.filter((name) => back.get(name)?.pod === last),
        );
        if (namesPods)
          assert.deepEqual(
            patient.filter((name) => back.get(name)?.pod !== last),
            [],
          );
      });

      it(`${namesPods ? "keeps all" : "keeps by chance alone what it keeps"} through an update during which nobody comes`, async () => {
        const visitors = await Visitors.logIn(endpoint, visitorCount);
        const before = await visitors.pods();
        await deployAll("2");
        const after = await visitors.sessions();
        const found = onSamePod(after, before);
        assert.deepEqual(withSession(after), found);
        if (namesPods) assert.equal(found.length, visitorCount);
        else assert.ok(found.length < visitorCount, "nobody was moved");
      });
    });
  }
});

/** Waits until these are the pods, all ready and none on its way out. */
async function settled({ cluster, outputs: { namespace } }: DeployedStack, wanted: string[]): Promise<void> {
  await eventually(`the pods ${wanted.join(", ")} to be ready`, 120, async () => {
    assert.deepEqual((await podNames({ cluster, namespace })).sort(), wanted);
    const found = await Promise.all(wanted.map((name) => readPod({ cluster, namespace }, name)));
    return found.every((pod) => isReady(pod) && pod.metadata?.deletionTimestamp === undefined);
  });
}

function withSession(sessions: Map<string, Session>): string[] {
  return [...sessions.entries()]
    .filter(([, { loggedIn }]) => loggedIn)
    .map(([name]) => name)
    .sort();
}

function onSamePod(sessions: Map<string, Session>, before: Map<string, string>): string[] {
  return [...sessions.entries()]
    .filter(([name, { pod }]) => pod === before.get(name))
    .map(([name]) => name)
    .sort();
}
