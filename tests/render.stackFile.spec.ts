import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { projectName, readStackFile } from "../render/stackFile.ts";
import { parse } from "yaml";

// That the engine hands values over in the same way was seen once, with engine 3.259; it is not proved here.

const root = new URL("..", import.meta.url);
const stacks = readdirSync(root).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []);
const placeholder = "~config.sessionSecret~~~~~~~~~~~";

describe("a stack's file", () => {
  it("belongs to the project of Pulumi.yaml", () => {
    assert.equal(projectName(), "session-stack");
  });

  it("is read as the engine would hand it over: objects as JSON, the rest as text", () => {
    const { values, secretKeys } = readStackFile("dev");
    const file = parse(readFileSync(new URL("Pulumi.dev.yaml", root), "utf8")) as { config: Record<string, unknown> };
    assert.deepEqual(Object.keys(values), Object.keys(file.config));
    assert.equal(values["session-stack:kubeContext"], "kind-dev");
    assert.equal(values["session-stack:store"], '{"replicas":0}');
    assert.deepEqual(secretKeys, []);
  });

  it("gives way to overrides, at any depth, without touching what stands beside them", () => {
    const { values } = readStackFile("dev", {
      kubeContext: "other",
      "store.engine": "redis",
      "namespace.name": "shop",
      service: { port: 8080 },
      ingress: null,
    });
    assert.equal(values["session-stack:kubeContext"], "other");
    assert.equal(values["session-stack:store"], '{"replicas":0,"engine":"redis"}');
    assert.equal(values["session-stack:namespace"], '{"name":"shop"}');
    assert.equal(values["session-stack:service"], '{"port":8080}');
    assert.equal(values["session-stack:ingress"], "null");
    assert.equal(readStackFile("dev").values["session-stack:store"], '{"replicas":0}');
  });

  it("has a placeholder of 32 characters for an encrypted value", () => {
    const { values, secretKeys } = readStackFile("dev", { sessionSecret: { secure: "v1:hush" } });
    assert.equal(placeholder.length, 32);
    assert.equal(values["session-stack:sessionSecret"], placeholder);
    assert.deepEqual(secretKeys, ["session-stack:sessionSecret"]);
  });

  it("has placeholders inside of an object, which counts as a secret as a whole", () => {
    const env = { A: "x", TOKEN: { secure: "v1:hush" } };
    const { values, secretKeys } = readStackFile("dev", { app: { env, args: [{ secure: "v1:hush" }] } });
    const token = "~config.app~~~~~~~~~~~~~~~~~~~~~";
    assert.deepEqual(JSON.parse(values["session-stack:app"] ?? ""), { env: { A: "x", TOKEN: token }, args: [token] });
    assert.deepEqual(secretKeys, ["session-stack:app"]);
  });

  it("tells a key of ours that is called secure from an encrypted value", () => {
    const affinity = { kind: "cookie", secure: true };
    const { values, secretKeys } = readStackFile("dev", { affinity, app: { env: { secure: true } } });
    assert.deepEqual(JSON.parse(values["session-stack:affinity"] ?? ""), affinity);
    assert.deepEqual(JSON.parse(values["session-stack:app"] ?? ""), { env: { secure: true } });
    assert.deepEqual(secretKeys, []);
  });

  it("that is not there is refused with the names of those that are", () => {
    assert.throws(() => readStackFile("nope"), {
      message: `there is no Pulumi.nope.yaml; stacks: ${stacks.join(", ")}`,
    });
    assert.ok(stacks.includes("dev") && stacks.includes("local"));
  });
});
