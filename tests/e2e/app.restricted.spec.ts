import assert from "node:assert/strict";
import { mock } from "node:test";
import { connect } from "../../deploy/cluster.ts";
import type { KubernetesObject } from "../../render/objects.ts";
import { render } from "../rendered.ts";
import { everyStack } from "./app/stacks.ts";
import { DryRun } from "./dryRun.ts";
import { openEnvironment } from "./environment.ts";

const enforce = "pod-security.kubernetes.io/enforce";

describe("Pod Security", () => {
  let restricted: DryRun;
  let baseline: DryRun;
  const made: DryRun[] = [];

  before("a cluster with a restricted and a baseline namespace", async () => {
    const cluster = connect((await openEnvironment()).options.target);
    const create = async (level: "restricted" | "baseline") => {
      const dryRun = await DryRun.create(cluster, `session-stack-${level}`, level);
      made.push(dryRun);
      return dryRun;
    };
    restricted = await create("restricted");
    baseline = await create("baseline");
    // What configurations give up is no news here.
    mock.method(console, "warn", () => undefined);
  });

  after(async () => {
    mock.restoreAll();
    for (const dryRun of made) await dryRun.remove();
  });

  for (const [title, objects] of everyStack) {
    it(`restricted admits all pods of ${title}, and its namespaces ask for that`, async () => {
      const rendered = await objects();
      await restricted.accept(rendered);
      assert.deepEqual(
        namespaces(rendered).map((namespace) => namespace.metadata.labels?.[enforce]),
        namespaces(rendered).map(() => "restricted"),
      );
    });
  }

  it("restricted refuses a pod that may be root", async () => {
    const [app] = appOf(await everyStack[0]![1]());
    const { template } = app?.spec as { template: { spec: { securityContext: object } } };
    template.spec.securityContext = { seccompProfile: { type: "RuntimeDefault" } };
    await assert.rejects(restricted.accept([app!]), (error: Error) => {
      assert.equal(
        error.message.split("\n")[0],
        'Pod session-stack-restricted/app: pods "app" is forbidden: violates PodSecurity "restricted:latest": ' +
          'runAsNonRoot != true (pod or container "app" must set securityContext.runAsNonRoot=true)',
      );
      return true;
    });
  });

  it("baseline, which podSecurity: baseline asks for, admits the application that may be root", async () => {
    const { objects } = await render("dev", { "app.podSecurity": "baseline" });
    assert.deepEqual(
      namespaces(objects).map(({ metadata }) => [metadata.name, metadata.labels?.[enforce]]),
      [
        ["session-stack-dev", "baseline"],
        ["session-stack-dev-storage", "restricted"],
      ],
    );
    await baseline.accept(objects);
    await assert.rejects(
      restricted.accept(appOf(objects)),
      /^Error: Pod .* violates PodSecurity "restricted:latest": /,
    );
  });
});

const namespaces = (objects: KubernetesObject[]) => objects.filter(({ kind }) => kind === "Namespace");

const appOf = (objects: KubernetesObject[]) =>
  objects.filter(({ kind, metadata }) => kind === "Deployment" && metadata.name === "app");
