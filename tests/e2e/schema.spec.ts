import { mock } from "node:test";
import fc from "fast-check";
import { connect } from "../../deploy/cluster.ts";
import { validConfig } from "../configArbitrary.ts";
import { render } from "../rendered.ts";
import { DryRun } from "./dryRun.ts";
import { openEnvironment } from "./environment.ts";

/** Configurations that are tried; a failure prints the seed that makes the same ones again. */
const runs = 40;

describe("every configuration that the schema accepts", () => {
  let restricted: DryRun | undefined;

  before("a cluster with a restricted namespace", async () => {
    const cluster = connect((await openEnvironment()).options.target);
    restricted = await DryRun.create(cluster, "session-stack-schema", "restricted");
    // What configurations give up is no news here.
    mock.method(console, "warn", () => undefined);
  });

  after(async () => {
    mock.restoreAll();
    await restricted?.remove();
  });

  it("renders to objects that the API server accepts, pods of its workloads included", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig, async (values) => {
        const { objects } = await render("dev", values);
        await restricted?.accept(objects);
      }),
      { numRuns: runs },
    );
  });
});
