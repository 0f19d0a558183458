import assert from "node:assert/strict";
import { mock } from "node:test";
import fc from "fast-check";
import { connect } from "../../deploy/cluster.ts";
import { validConfig } from "../configArbitrary.ts";
import { render } from "../rendered.ts";
import { DryRun, type Level } from "./dryRun.ts";
import { openEnvironment } from "./environment.ts";

/** Configurations that are tried; a failure prints the seed that makes the same ones again. */
const runs = 40;

/** The levels of Pod Security that an application can ask for. */
const levels: Level[] = ["restricted", "baseline"];

describe("every configuration that the schema accepts", () => {
  const namespaces = new Map<Level, DryRun>();

  before("a cluster with a namespace of either level", async () => {
    const cluster = connect((await openEnvironment()).options.target);
    for (const level of levels) {
      namespaces.set(level, await DryRun.create(cluster, `session-stack-schema-${level}`, level));
    }
    // What configurations give up is no news here.
    mock.method(console, "warn", () => undefined);
  });

  after(async () => {
    mock.restoreAll();
    for (const namespace of namespaces.values()) await namespace.remove();
  });

  it("renders to objects that the API server accepts, pods of its workloads included", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig, async (values) => {
        const { objects } = await render("dev", values);
        const namespace = namespaces.get(levelOf(values));
        assert.ok(namespace);
        await namespace.accept(objects);
      }),
      { numRuns: runs },
    );
  });
});

function levelOf({ app }: Record<string, unknown>): Level {
  return (app as { podSecurity?: Level }).podSecurity ?? "restricted";
}
