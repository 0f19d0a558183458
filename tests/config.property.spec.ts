import assert from "node:assert/strict";
import { mock } from "node:test";
import fc from "fast-check";
import { readConfig } from "../config.ts";
import { render } from "./rendered.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { decrypted } from "./appArbitrary.ts";
import { validConfig } from "./configArbitrary.ts";
import { configure } from "./configs.ts";
import { valueOf } from "./mocks.ts";

// The API server's own validation is stricter than what is asserted here of names and labels.

const subdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/;
const labelValue = /^(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

function assertSound(objects: KubernetesObject[]) {
  const identities = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  assert.equal(new Set(identities).size, identities.length, `two objects of one name among ${identities.join(", ")}`);
  for (const { kind, metadata } of objects) {
    assert.match(metadata.name, subdomain, kind);
    for (const value of Object.values(metadata.labels ?? {})) assert.match(value, labelValue, kind);
    for (const value of Object.values(metadata.annotations ?? {})) assert.equal(typeof value, "string", kind);
  }
}

/** The warnings of hundreds of configurations are no news. */
function quiet() {
  before(() => void mock.method(console, "warn", () => undefined));
  after(() => mock.restoreAll());
}

describe("every configuration that the schema accepts", () => {
  quiet();

  it("is read the same again when its defaults are written out", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig, async (file) => {
        const { values, secretKeys } = decrypted(file);
        await configure(values, { secretKeys });
        const { instance, sessionSecret, protect, appSecrets, ...settings } = readConfig();
        const secrets = Object.fromEntries(secretKeys.map((key) => [key, values[key]]));
        await configure({ ...settings, ...secrets }, { secretKeys });
        const { appSecrets: again, ...rest } = readConfig();
        assert.deepEqual(rest, { ...settings, instance, sessionSecret, protect });
        assert.deepEqual(Object.keys(again), Object.keys(appSecrets));
        assert.deepEqual(await Promise.all(Object.values(again).map(valueOf)), Object.values(secrets));
      }),
      { numRuns: 100 },
    );
  });

  it("renders to objects with good names, no two of them alike", async () => {
    await fc.assert(
      fc.asyncProperty(validConfig, async (values) => {
        const { objects, outputs } = await render("dev", values);
        assertSound(objects);
        const { kind = "redis" } = (values.store ?? {}) as { kind?: string };
        assert.equal(outputs.sessionStore?.kind ?? "none", kind);
      }),
      { numRuns: 40 },
    );
  });
});
