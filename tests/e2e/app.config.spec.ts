import assert from "node:assert/strict";
import { eventually } from "../../deploy/eventually.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { AppStack } from "./app/appStack.ts";
import { shownBy, type Shown } from "./app/shown.ts";
import { openEnvironment } from "./environment.ts";
import { withoutVolumes } from "./ownStack.ts";

const path = "/etc/demo/greeting";

const configuration = {
  "app.env": { DEMO_COLOUR: "red", DEMO_FILE: path, DEMO_QUOTED: "a \"b\" $c 'd' \\ é" },
  "app.args": ["--colour", "$(DEMO_COLOUR)", "--words", "two words"],
  "app.files": { [path]: "Hello,\n\tWörld\n", "/etc/demo/other": "beside it" },
  "app.secretEnv": { DEMO_TOKEN: { name: "given", key: "token" } },
} satisfies Overrides;

const shown: Omit<Shown, "pod"> = {
  env: { ...configuration["app.env"], DEMO_TOKEN: "s3cret of the owner" },
  args: ["--colour", "red", "--words", "two words"],
  file: configuration["app.files"][path] ?? "",
};

describe("the application's configuration", () => {
  let app: AppStack;

  before("a stack of its own, and a Secret that its owner put there", async () => {
    const environment = await openEnvironment();
    app = await AppStack.create("app-config", environment, { ...withoutVolumes(environment), "app.replicas": 1 });
    await app.open();
    const { cluster, namespace } = app.pods;
    const body = { metadata: { name: "given" }, stringData: { token: shown.env.DEMO_TOKEN ?? "" } };
    await cluster.core.createNamespacedSecret({ namespace, body });
  });

  after("destroy it", () => app?.destroy());

  /** Deploys, which must replace the pod, and waits until the visitors' way leads to the new one. */
  async function becomes(change: Overrides, expected: typeof shown): Promise<void> {
    const before = await app.names();
    await app.deploy(change);
    const after = await app.names();
    assert.deepEqual([after.length, after.filter((name) => before.includes(name))], [1, []]);
    const [pod] = after;
    await app.settled(1); // The one before serves on for some seconds, and Traefik learns of its end last.
    const answer = await eventually(`${pod} to answer`, 30, async () => {
      const found = await shownBy(app.endpoint);
      return found.pod === pod && found;
    });
    assert.deepEqual(answer, { pod, ...expected });
  }

  it("reaches it as variables, arguments and files, and out of a Secret that exists", () =>
    becomes(configuration, shown));

  it("replaces no pod when it is deployed again as it is", async () => {
    const before = await app.names();
    const generation = await generationOf(app);
    await app.deploy(configuration);
    assert.deepEqual(await app.names(), before);
    assert.equal(await generationOf(app), generation);
    assert.deepEqual(await shownBy(app.endpoint), { pod: before[0], ...shown });
  });

  it("replaces the pods when a variable changes, and the arguments that it stands in", () =>
    becomes(
      { ...configuration, "app.env": { ...configuration["app.env"], DEMO_COLOUR: "blue" } },
      { ...shown, env: { ...shown.env, DEMO_COLOUR: "blue" }, args: ["--colour", "blue", "--words", "two words"] },
    ));

  it("replaces the pods when a file changes", () =>
    becomes(
      { ...configuration, "app.files": { ...configuration["app.files"], [path]: "Bye\n" } },
      { ...shown, file: "Bye\n" },
    ));

  it("replaces the pods when an argument changes", () =>
    becomes({ ...configuration, "app.args": ["--only"] }, { ...shown, args: ["--only"] }));

  it("leaves no ConfigMap behind that no pod uses", async () => {
    const { cluster, namespace } = app.pods;
    const { items } = await cluster.core.listNamespacedConfigMap({ namespace });
    const names = items.map(({ metadata }) => metadata?.name ?? "").filter((name) => name.startsWith("app-"));
    assert.deepEqual(
      names.map((name) => name.replace(/-[^-]+$/, "")).sort(),
      ["app-env", "app-files"],
      names.join(", "),
    );
  });
});

/** Changes with each change of the Deployment's specification. */
async function generationOf({ pods: { cluster, namespace } }: AppStack): Promise<number | undefined> {
  return (await cluster.apps.readNamespacedDeployment({ name: "app", namespace })).metadata?.generation;
}
