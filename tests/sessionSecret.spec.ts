import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SessionSecret, type SessionSecretArgs } from "../components/sessionSecret.ts";
import { children, nastyPassword, passwordType, run, secret, valueOf } from "./mocks.ts";

// That the engine encrypts the keys in its state is not proved: no engine runs in these tests.

const type = "session-stack:index:SessionSecret";
const given = "0123456789abcdef0123456789abcdef,fedcba9876543210fedcba9876543210";

const create = (args: Partial<SessionSecretArgs> = {}) =>
  run(() => new SessionSecret("session", { instance: "shop-dev", namespace: "shop", ...args }));

const objectWith = (keys: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "session-secret",
    namespace: "shop",
    labels: {
      "app.kubernetes.io/name": "session-secret",
      "app.kubernetes.io/instance": "shop-dev",
      "app.kubernetes.io/component": "app",
      "app.kubernetes.io/part-of": "session-stack",
      "app.kubernetes.io/managed-by": "session-stack",
    },
  },
  stringData: secret({ keys }),
});

describe("SessionSecret", () => {
  it("generates one key when none is given", async () => {
    const made = await create();
    assert.deepEqual(children(made, type), ["kubernetes:core/v1:Secret session-secret", `${passwordType} session-key`]);
    assert.deepEqual(made.find(passwordType, "session-key").inputs, { length: 48, special: false });
    assert.deepEqual(made.find("kubernetes:core/v1:Secret", "session-secret").inputs, objectWith(nastyPassword));
  });

  it("takes the keys that are given, and generates none", async () => {
    const made = await create({ keys: pulumi.secret(given) });
    assert.deepEqual(children(made, type), ["kubernetes:core/v1:Secret session-secret"]);
    assert.deepEqual(made.find("kubernetes:core/v1:Secret", "session-secret").inputs, objectWith(given));
  });

  it("makes nothing when the Secret exists", async () => {
    const { result, resources } = await create({ existing: { name: "signing", key: "tls.key" } });
    assert.deepEqual(
      resources.map((resource) => resource.type),
      [type],
    );
    assert.deepEqual(result.secretKey, { name: "signing", key: "tls.key" });
    assert.equal(result.keys, undefined);
  });

  it("tells where the keys are", async () => {
    assert.deepEqual((await create()).result.secretKey, { name: "session-secret", key: "keys" });
  });

  it("keeps the keys secret, given in plain text or generated", async () => {
    for (const [args, value] of [
      [{ keys: given }, given],
      [{}, nastyPassword],
    ] as const) {
      const { keys } = (await create(args)).result;
      assert.ok(keys !== undefined);
      assert.equal(await valueOf(keys), value);
      assert.equal(await pulumi.isSecret(keys), true);
    }
  });

  it("shows the keys in no input of its own", async () => {
    const { inputs } = (await create({ keys: given })).find(type, "session");
    assert.equal(JSON.stringify(inputs).includes(given), false);
  });

  it("does not collide with another stack's", async () => {
    const { resources } = await run(() => {
      new SessionSecret("one", { instance: "shop-dev", namespace: "shop" });
      new SessionSecret("two", { instance: "shop-other", namespace: "other" });
    });
    const places = resources.flatMap(({ inputs }) => (inputs.metadata as { namespace?: string })?.namespace ?? []);
    assert.deepEqual(places.sort(), ["other", "shop"]);
  });
});
