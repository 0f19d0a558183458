import assert from "node:assert/strict";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { noChromium, visitPage } from "./ingress/page.ts";
import { ownStack, withoutVolumes } from "./ownStack.ts";
import { Browser, type Endpoint } from "./proof/browser.ts";

const replicas = 3;

describe(`the demo's page in a real browser${noChromium && ` (skipped: ${noChromium})`}`, function () {
  this.timeout(300_000);
  let environment: Environment;
  let options: StackOptions;

  before("a stack of its own", async function () {
    if (noChromium !== "") this.skip();
    environment = await openEnvironment();
    options = await ownStack("page", environment, {
      ...withoutVolumes(environment),
      "app.replicas": replicas,
      "ingress.hosts": [{ host: "page.localhost" }],
    });
  });
  after("destroy it", async () => {
    if (options !== undefined) await destroyStack(options);
  });

  const deploy = (affinity: object): Promise<DeployedStack> =>
    deployStack({ ...options, overrides: { ...options.overrides, affinity } });

  it("draws one pod for twenty requests with affinity", async () => {
    const endpoint = await environment.endpoint(await deploy({ kind: "cookie" }));
    await eventually("the ingress to lead there", 60, () => new Browser(endpoint).login("Ada"));
    const { pods, failures } = await visitPage(siteOf(endpoint));
    assert.deepEqual([Object.values(pods), failures], [[20], {}]);
  });

  it("draws every pod without", async () => {
    const endpoint = await environment.endpoint(await deploy({ kind: "none" }));
    await eventually("the ingress to have forgotten affinity", 60, async () => {
      const visitor = new Browser(endpoint);
      return (await visitor.pod()) !== (await visitor.pod());
    });
    const { pods, failures } = await visitPage(siteOf(endpoint));
    assert.deepEqual([Object.keys(pods).length, failures], [replicas, {}]);
    assert.equal(
      Object.values(pods).reduce((sum, count) => sum + count, 0),
      20,
    );
  });
});

const siteOf = ({ url, address }: Endpoint) => ({ url, address, port: Number(new URL(url).port) });
