import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { minimal, problemsOf, read } from "./configs.ts";
import { valueOf } from "./mocks.ts";

// That the engine encrypts what is a secret here is not proved: no engine runs in these tests.

const top =
  "kubeContext, namespace, sessionSecret, sessionSecretRef, storage, store, rotation, app, service, ingress, affinity";
const from = (config: string) => ({ ...minimal.app, secretEnv: { TOKEN: { config } } });

describe("secrets of the application in the configuration", () => {
  it("are handed over exactly as they were set, and stay secret", async () => {
    for (const token of ["hush-hush", '{"a": 1.0}', "[1,  2]", "null", "", "05", "true", " x\n"]) {
      const { appSecrets, app } = await read({ app: from("token"), token }, { secretKeys: ["token"] });
      assert.deepEqual(Object.keys(appSecrets), ["token"]);
      const { token: output } = appSecrets;
      assert.ok(output !== undefined);
      assert.equal(await valueOf(output), token);
      assert.equal(await pulumi.isSecret(output), true);
      assert.deepEqual(app.secretEnv, { TOKEN: { config: "token" } });
    }
  });

  it("are each taken once, for every container", async () => {
    const container = (config: string) => ({
      name: config,
      image: "busybox:1",
      secretEnv: { A: { config }, B: { config: "shared" }, C: { name: "tokens", key: "c" } },
    });
    const app = { ...from("shared"), initContainers: [container("one")], sidecars: [container("constructor")] };
    const values = { app, shared: "a", one: "b", constructor: "c" };
    const { appSecrets } = await read(values, { secretKeys: ["shared", "one", "constructor"] });
    const given = await Promise.all(
      Object.entries(appSecrets).map(async ([key, output]) => [key, await valueOf(output)]),
    );
    assert.deepEqual(Object.fromEntries(given), { shared: "a", one: "b", constructor: "c" });
  });

  it("are refused where they are not set, are in plain text or have a key of ours", async () => {
    const secretEnv = { A: { config: "absent" }, B: { config: "plain" }, C: { config: "toString" } };
    const sidecars = [{ name: "a", image: "busybox:1", secretEnv: { D: { config: "sessionSecret" } } }];
    assert.deepEqual(await problemsOf({ app: { ...minimal.app, secretEnv, sidecars }, plain: "hush-hush" }), [
      "shop:app.secretEnv.A.config names absent, which is not set; set it with: pulumi config set --secret absent",
      "shop:plain is stored in plain text; set it again with: pulumi config set --secret plain",
      "shop:app.secretEnv.C.config names toString, which is not set; set it with: pulumi config set --secret toString",
      "shop:app.sidecars.0.secretEnv.D.config names sessionSecret, which is a key of session-stack; take another, such as app-sessionSecret",
    ]);
  });

  it("leave a key of ours to us, although a variable names it", async () => {
    assert.deepEqual(await problemsOf({ app: from("storage") }), [
      "shop:app.secretEnv.TOKEN.config names storage, which is a key of session-stack; take another, such as app-storage",
    ]);
  });

  it("are unknown keys unless a variable names them", async () => {
    assert.deepEqual(
      await problemsOf({ app: from("token"), token: "a", tokne: "hush" }, { secretKeys: ["token", "tokne"] }),
      [`shop:tokne is not a known key; allowed: ${top}`],
    );
  });

  it("are no unknown keys where the rest of app is wrong", async () => {
    const app = { ...from("token"), image: 5, sidecars: "none" };
    assert.deepEqual(await problemsOf({ app, token: "hush-hush" }, { secretKeys: ["token"] }), [
      "shop:app.image must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2, got 5",
      'shop:app.sidecars must be a list of containers, got "none"',
    ]);
  });
});
