import assert from "node:assert/strict";
import { connect, orUndefined } from "../../deploy/cluster.ts";
import { deployStack, renderFor, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { cells, type Cell } from "./store/cells.ts";
import { leastAcknowledged, measure, type Result } from "./store/run.ts";
import { Subject, type Durability, type Engine } from "./store/subject.ts";

// The kill matrix. What it tries is the list in store/cells.ts.

/** Longest pause where writes are to go on: the other work of a machine can hold up a request that long. */
const hiccupSeconds = 2;

for (const durability of ["always", "everysec"] as const) {
  for (const engine of ["valkey", "redis"] as const) {
    const tried = cells.filter((cell) => isTried(cell, durability) && (cell.engine ?? "valkey") === engine);
    if (tried.length > 0) matrix(engine, durability, tried);
  }
}

function isTried({ short = false, everysec }: Cell, durability: Durability): boolean {
  return durability === "always" ? short || suite.long : suite.long && everysec !== undefined;
}

function matrix(engine: Engine, durability: Durability, tried: Cell[]): void {
  describe(`the store under load, ${engine}, durability ${durability}`, function () {
    this.timeout(600_000);
    let subject: Subject;
    let wasDeployed = false;
    let bringNeighbourBack: () => Promise<void>;

    before("a stack of its own", async function () {
      if (suite.cluster !== undefined) this.skip(); // Somebody else's cluster is not ours to harm.
      const environment = await openEnvironment();
      bringNeighbourBack = await neighbour(environment.options);
      subject = new Subject(environment, durability, engine);
      wasDeployed = true;
      await subject.deploy();
      suite.measurements.versions.add(await subject.version());
    });

    after("destroy it", async () => {
      if (!wasDeployed) return;
      await subject.destroy();
      await bringNeighbourBack();
    });

    for (const cell of tried) {
      it(cell.title, async () => {
        const result = await measure(cell, subject, durability);
        console.log(`      ${describeResult(result)}`);
        assertPromises(cell, result);
        suite.measurements.results.push(result);
      });
    }
  });
}

/**
 * Returns what deploys the stack of `npm start` again if it was there and is no longer: starting the node anew takes what
 * others have on it.
 */
async function neighbour(options: StackOptions): Promise<() => Promise<void>> {
  const { outputs } = await renderFor(options);
  const isThere = async () => {
    const { core } = connect(options.target);
    return (await orUndefined(core.readNamespace({ name: outputs.namespace }))) !== undefined;
  };
  const wasThere = await isThere();
  return async () => {
    if (wasThere && !(await isThere())) await deployStack(options);
  };
}

function assertPromises(cell: Cell, { durability, acknowledged, lost, pauseSeconds }: Result): void {
  if (durability === "always" || cell.everysec === "kept") assert.equal(lost, 0, "acknowledged writes were lost");
  assert.ok(acknowledged >= leastAcknowledged, `only ${acknowledged} writes`);
  if (cell.goesOn) assert.ok(pauseSeconds <= hiccupSeconds, "writes did not go on");
  else assert.ok(pauseSeconds > 0, "the fault was not noticed: it did not happen");
}

function describeResult({ acknowledged, lost, examples, pauseSeconds, backSeconds }: Result): string {
  const which = lost === 0 ? "" : ` (${examples.join(", ")}${lost > examples.length ? ", …" : ""})`;
  const times = `longest pause ${pauseSeconds.toFixed(1)} s, first write after the fault ${backSeconds.toFixed(1)} s`;
  return `${acknowledged} acknowledged, ${lost} lost${which}; ${times}`;
}
