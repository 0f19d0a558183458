import assert from "node:assert/strict";
import { PatchStrategy, type KubernetesObject as Definition } from "@kubernetes/client-node";
import type { Environment } from "../../cli/environment.ts";
import { apiMessage, connect, type Cluster } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { renderFor } from "../../deploy/stack.ts";
import type { KubernetesObject } from "../../render/objects.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { crdsOf, type CrdSource } from "./crds.ts";
import { openEnvironment } from "./environment.ts";
import { install, remove } from "./ingress/definitions.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";

const host = "definitions.localhost";

/** HTTPRoutes of ours for a release of the Gateway API, with all that affinity can say there. */
const gateway = (version: string): Overrides => ({
  ingress: {
    controller: "gateway-api",
    gateway: { name: "shared", namespace: "gateways", section: "https", redirectSection: "http", version },
    hosts: [{ host, paths: ["/", { path: "/api", pathType: "Exact" }] }],
    tls: { elsewhere: true },
  },
  affinity: { kind: "cookie", strict: false, name: "pin", maxAgeSeconds: 86_400 },
});

const istio: Overrides = {
  ingress: { controller: "istio", hosts: [{ host }] },
  affinity: { kind: "cookie", strict: false, name: "pin", maxAgeSeconds: 3600 },
};

// That the API server admits objects under the projects' own definitions is all that is shown: no such controller runs.

describe("objects of other projects' kinds", function () {
  this.timeout(120_000);
  let environment: Environment;
  let cluster: Cluster;

  before("a cluster that may be given definitions", async function () {
    if (suite.cluster !== undefined) this.skip(); // Another cluster's own definitions are not to be replaced.
    environment = await openEnvironment();
    cluster = connect(environment.options.target);
  });

  /** Ours of one kind, in a namespace that exists. */
  const ours = async (kind: string, overrides: Overrides): Promise<KubernetesObject[]> => {
    const { objects } = await renderFor(await ownStack("definitions", environment, overrides));
    const found = objects.filter((object) => object.kind === kind);
    assert.notDeepEqual(found, []);
    return found.map((object) => ({ ...object, metadata: { ...object.metadata, namespace: "default" } }));
  };

  /** What the API server says to each; "" where it would take it. */
  const answers = (objects: KubernetesObject[]) => Promise.all(objects.map((object) => answerTo(cluster, object)));

  for (const [source, release, other] of [
    ["gateway-api-1.6", "1.6", "1.7"],
    ["gateway-api-1.7", "1.7", "1.6"],
  ] as const) {
    describe(`under the definitions of Gateway API ${release}, experimental channel`, () => {
      let definitions: Definition[] = [];
      before("installed", async () => {
        definitions = await installFrom(source, ["HTTPRoute"]);
      });
      after("removed", () => remove(definitions));

      it(`HTTPRoutes for ${release} are admitted, affinity and redirect`, async () => {
        assert.deepEqual(await answers(await ours("HTTPRoute", gateway(release))), ["", ""]);
      });

      it(`those for ${other} are refused, for the shape of affinity is another`, async () => {
        const said = (await answers(await ours("HTTPRoute", gateway(other)))).filter((answer) => answer !== "");
        assert.equal(said.length, 1); // The redirect's has no affinity.
        assert.match(said[0] ?? "", /sessionPersistence/);
      });
    });
  }

  describe("under the definitions of Istio", () => {
    let definitions: Definition[] = [];
    before("installed", async () => {
      definitions = await installFrom("istio", ["DestinationRule"]);
    });
    after("removed", () => remove(definitions));

    it("DestinationRules are admitted, and refused with a field that there is not", async () => {
      const [rule] = await ours("DestinationRule", istio);
      assert.ok(rule !== undefined);
      const wrong = { ...rule, spec: { ...rule.spec, sticky: true } };
      const [right, refused] = await answers([rule, wrong]);
      assert.equal(right, "");
      assert.match(refused ?? "", /\.spec\.sticky: field not declared in schema/);
    });
  });
});

/** Installs what a source has of these kinds. */
async function installFrom(source: CrdSource, kinds: string[]): Promise<Definition[]> {
  const wanted = (await crdsOf(source)).filter((definition) => kinds.includes(kindOf(definition)));
  assert.equal(wanted.length, kinds.length);
  await install(wanted);
  return wanted;
}

const kindOf = (definition: Definition) =>
  (definition as { spec?: { names?: { kind?: string } } }).spec?.names?.kind ?? "";

/** What the API server says to an object that is not written; a kind is known a moment after its definition is served. */
function answerTo({ objects }: Cluster, object: KubernetesObject): Promise<string> {
  return eventually(`${object.kind} to be known`, 20, async () => {
    const said = await objects
      .patch(object, undefined, "All", "session-stack", true, PatchStrategy.ServerSideApply)
      .then(() => "", apiMessage);
    return /no matches for kind|could not find the requested resource|Unrecognized/i.test(said) ? undefined : said;
  });
}
