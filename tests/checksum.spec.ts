import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { checksumAnnotation } from "../components/checksum.ts";
import { configure, minimal } from "./configs.ts";
import { valueOf } from "./mocks.ts";

// That a changed annotation rolls the pods is Kubernetes' own promise.

const annotation = "session-stack/secrets-checksum";

async function checksum(secrets: Record<string, pulumi.Input<string>>, key = "random") {
  const annotations = checksumAnnotation(secrets, pulumi.secret(key));
  assert.deepEqual(Object.keys(annotations), [annotation]);
  const output = annotations[annotation];
  assert.ok(output !== undefined);
  return { value: await valueOf(output), isSecret: await pulumi.isSecret(output) };
}

describe("checksum annotation", () => {
  before(() => configure(minimal));

  it("is no secret, though it is made of secrets", async () => {
    assert.equal((await checksum({ url: pulumi.secret("hush-hush") })).isSecret, false);
  });

  it("does not show them", async () => {
    assert.match((await checksum({ url: pulumi.secret("hush-hush") })).value, /^[0-9a-f]{10}$/);
  });

  it("changes with each of them, and only with them", async () => {
    const base = { url: pulumi.secret("a"), keys: pulumi.secret("b") };
    const { value } = await checksum(base);
    assert.equal((await checksum({ keys: pulumi.secret("b"), url: "a" })).value, value);
    const changes: Record<string, string>[] = [{ url: "c" }, { keys: "c" }, { more: "c" }];
    for (const change of changes) assert.notEqual((await checksum({ ...base, ...change })).value, value);
  });

  it("depends on a key, so that nobody can try which short secret it is of", async () => {
    const secrets = { pin: pulumi.secret("1234") };
    assert.notEqual((await checksum(secrets, "one")).value, (await checksum(secrets, "two")).value);
  });
});
