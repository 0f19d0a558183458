import assert from "node:assert/strict";
import got from "got";
import type { Environment } from "../../cli/environment.ts";
import type { HashKey } from "../../components/affinity/types.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { install, remove } from "./ingress/definitions.ts";
import { backendDefinition } from "./ingress/standIns.ts";
import { ways } from "./ingress/way.ts";
import { suite } from "./options.ts";
import { ownStack, withoutVolumes } from "./ownStack.ts";
import { lookupAs, type Endpoint, type Session } from "./proof/browser.ts";
import { settled } from "./proof/pods.ts";

/** Requests that bring what is hashed. */
const keys: { key: HashKey; bring: (value: string) => Record<string, string> }[] = [
  { key: { cookie: "sid" }, bring: (value) => ({ cookie: `sid=${value}` }) },
  { key: { header: "X-User" }, bring: (value) => ({ "x-user": value }) },
];
const values = Array.from({ length: 20 }, (_, index) => `user-${index}`);

describe("affinity by a hash", function () {
  this.timeout(300_000);
  let environment: Environment;
  let options: StackOptions;

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // The proxies run in the local node's network.
    environment = await openEnvironment();
    options = await ownStack("hash", environment, {
      ...withoutVolumes(environment),
      "app.replicas": 3,
    });
    await install([backendDefinition]);
  });
  after("destroy it", async () => {
    if (options === undefined) return;
    await destroyStack(options);
    await remove([backendDefinition]);
  });

  // Traefik's own annotations have none.
  for (const way of ways.filter(({ controller }) => controller !== "traefik")) {
    describe(`in the words of ${way.controller}, served by ${way.servedBy}${way.missing && ` (skipped: ${way.missing})`}`, () => {
      let endpoint: Endpoint | undefined;
      before(function () {
        if (way.missing !== "") this.skip();
      });
      after("stop the proxy", () => way.close());

      for (const { key, bring } of keys) {
        it(`of a ${Object.keys(key).join()} leads each value to one pod, and values to several`, async () => {
          const { controller, className } = way;
          const ingress = { controller, className, hosts: [{ host: "hash.localhost" }], awaitAddress: false };
          const overrides = { ...options.overrides, ingress, affinity: { kind: "hash", key } };
          const stack = await deployStack({ ...options, overrides });
          await settled({ cluster: stack.cluster, namespace: stack.outputs.namespace }, stack.outputs.app.name);
          endpoint ??= await way.open(environment, stack);
          const { url, address } = endpoint;
          const podOf = async (value: string) =>
            (
              await got<Session>(`${url}/api/pod`, {
                headers: bring(value),
                dnsLookup: lookupAs(address),
                responseType: "json",
                retry: { limit: 0 },
              })
            ).body.pod;
          await eventually("the controller to hash", 30, async () => {
            const met = await Promise.all(values.map(podOf));
            assert.ok(new Set(met).size > 1, "all values met one pod");
            for (let round = 0; round < 3; round += 1) assert.deepEqual(await Promise.all(values.map(podOf)), met);
            return true;
          });
        });
      }
    });
  }
});
