import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "../cli/policySettings.ts";

const keys =
  "pinned-images, requests-and-limits, restricted-pods, retained-data, disruption-budgets, no-plain-secrets, load-balancer-sources, tls, all";

describe("the settings of the policies", () => {
  let path: string;

  before(() => {
    path = join(mkdtempSync(join(tmpdir(), "policy-")), "policy.json");
  });

  after(() => rmSync(join(path, ".."), { recursive: true }));

  const read = (text: string) => {
    writeFileSync(path, text);
    return readSettings(path);
  };

  it("are mandatory without a file, and with an empty object", () => {
    const mandatory = { level: "mandatory", settings: {} };
    assert.deepEqual(readSettings(undefined)("tls"), mandatory);
    assert.deepEqual(read("{}")("tls"), mandatory);
  });

  it("are the rule's own, else those for all", () => {
    const settingsOf = read(`{
      "all": "advisory",
      "tls": "disabled",
      "pinned-images": { "enforcementLevel": "mandatory", "except": ["Pod shop/once"] },
      "no-plain-secrets": { "variables": ["REDIS_URL"] },
      "load-balancer-sources": { "stacks": ["live"] }
    }`);
    assert.deepEqual(settingsOf("retained-data"), { level: "advisory", settings: {} });
    assert.deepEqual(settingsOf("tls"), { level: "disabled", settings: {} });
    assert.deepEqual(settingsOf("pinned-images"), { level: "mandatory", settings: { except: ["Pod shop/once"] } });
    assert.deepEqual(settingsOf("no-plain-secrets"), { level: "advisory", settings: { variables: ["REDIS_URL"] } });
    assert.deepEqual(settingsOf("load-balancer-sources"), { level: "advisory", settings: { stacks: ["live"] } });
  });

  it("are refused with all that is unknown or wrong", () => {
    const text = '{ "tsl": "disabled", "tls": { "excpt": [] }, "retained-data": "mandatry" }';
    assert.throws(() => read(text), {
      message: [
        `${path} cannot be used; its keys are ${keys}:`,
        '✖ Unrecognized key: "tsl"',
        '✖ Unrecognized key: "excpt"',
        "  → at tls",
        "✖ must be mandatory, advisory, disabled, or an object with enforcementLevel, except, stacks, variables",
        '  → at ["retained-data"]',
      ].join("\n"),
    });
  });

  it("are refused where they except objects of all rules at once", () => {
    assert.throws(() => read('{ "all": { "except": [] } }'), {
      message: `${path} cannot be used; its keys are ${keys}:\n✖ must be a level alone\n  → at all`,
    });
  });

  it("are refused where the file is no JSON", () => {
    assert.throws(
      () => read("tls: disabled"),
      ({ message }: Error) => message.startsWith(`${path} is no JSON: `),
    );
  });
});
