import assert from "node:assert/strict";
import { eventually } from "../../deploy/eventually.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { AppStack } from "./app/appStack.ts";
import { openEnvironment } from "./environment.ts";
import { withoutVolumes } from "./ownStack.ts";
import { isReady } from "./proof/pods.ts";

const replicas = 2;

const coloured = (colour: string): Overrides => ({ "app.env": { DEMO_COLOUR: colour } });

/** What docs/operations/rollback.md says of going back without the configuration. */
describe("kubectl rollout undo of another configuration", () => {
  let app: AppStack;

  before("a stack that had another one before", async () => {
    const environment = await openEnvironment();
    app = await AppStack.create("app-undo", environment, {
      ...withoutVolumes(environment),
      ...coloured("red"),
      "app.replicas": replicas,
      "app.rollout": { deadlineSeconds: 10 },
    });
    await app.open();
    await app.deploy(coloured("blue"));
    await app.settled(replicas);
  });

  after("destroy it", () => app?.destroy());

  it("works while an update has failed: the ConfigMap from before is there still", async () => {
    const before = await app.names();
    const broken = { ...coloured("green"), "app.image": "session-stack.invalid/demo:missing" };
    await assert.rejects(
      app.deploy(broken),
      /^Error: Deployment \S+ did not roll out: .*; the old version still serves$/m,
    );
    assert.equal((await configMaps(app)).length, 2);
    await app.kubectl("rollout", "undo", "deployment/app");
    await app.settled(replicas);
    assert.deepEqual(await app.names(), before);
  });

  it("does not work once an update is through, and the pods that run serve on until the stack is deployed", async () => {
    await app.deploy(coloured("blue"));
    assert.equal((await configMaps(app)).length, 1);
    const before = await app.names();
    // The revision before is the one that failed, whose image is not there either.
    const [first] = (await app.kubectl("rollout", "history", "deployment/app")).match(/^\d+/m) ?? [];
    await app.kubectl("rollout", "undo", "deployment/app", `--to-revision=${first}`);
    await eventually("a pod that lacks its ConfigMap", 60, async () => {
      const reasons = (await app.running()).flatMap(({ status }) =>
        (status?.containerStatuses ?? []).map(({ state }) => state?.waiting?.reason),
      );
      return reasons.includes("CreateContainerConfigError");
    });
    const ready = (await app.running()).filter(isReady).map(({ metadata }) => metadata?.name ?? "");
    assert.deepEqual(ready.sort(), before);
    await app.browser().pod();
    await app.deploy(coloured("blue"));
    await app.settled(replicas);
    assert.deepEqual(await app.names(), before);
  });
});

async function configMaps({ pods: { cluster, namespace } }: AppStack): Promise<string[]> {
  const { items } = await cluster.core.listNamespacedConfigMap({ namespace });
  return items.flatMap(({ metadata }) => (metadata?.name?.startsWith("app-env-") ? [metadata.name] : []));
}
