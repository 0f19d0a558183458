import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { SessionSecret, type SessionSecretArgs } from "../components/sessionSecret.ts";
import { children, nastyPassword, passwordType, run, secret, valueOf } from "./mocks.ts";

// That the engine encrypts the keys in its state is not proved: no engine runs in these tests.

const type = "session-stack:index:SessionSecret";
const secretName = "kubernetes:core/v1:Secret session-secret";
const given = "0123456789abcdef0123456789abcdef,fedcba9876543210fedcba9876543210";

const create = (args: Partial<SessionSecretArgs> = {}) =>
  run(() => new SessionSecret("session", { instance: "shop-dev", namespace: "shop", ...args }));

const objectWith = (stringData: Record<string, string>) => ({
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
  stringData: secret(stringData),
});

describe("SessionSecret", () => {
  it("generates one key when none is given", async () => {
    const made = await create();
    assert.deepEqual(children(made, type), [secretName, `${passwordType} session-key-1`]);
    assert.deepEqual(made.find(passwordType, "session-key-1").inputs, { length: 48, special: false });
    assert.deepEqual(
      made.find("kubernetes:core/v1:Secret", "session-secret").inputs,
      objectWith({ keys: nastyPassword, "key-1": nastyPassword }),
    );
  });

  it("generates a key for each version, joined in their order and each on its own", async () => {
    const { result, resources } = await create({ versions: [3, 1] });
    const secrets = resources.filter(({ name }) => name === "session-secret");
    assert.deepEqual(
      secrets.map(({ inputs }) => inputs),
      [objectWith({ keys: `${nastyPassword},${nastyPassword}`, "key-3": nastyPassword, "key-1": nastyPassword })],
    );
    assert.ok(result.keys !== undefined);
    const passwords = resources.filter((resource) => resource.type === passwordType).map(({ name }) => name);
    assert.deepEqual(passwords.sort(), ["session-key-1", "session-key-3"]);
  });

  it("finds in the engine's state the key of the time before there were versions, as version 1", async () => {
    const aliases = new Map<string, unknown>();
    const transformations: pulumi.ResourceTransformation[] = [
      ({ type: of, name, opts }) => {
        if (of === passwordType) aliases.set(name, opts.aliases);
        return undefined;
      },
    ];
    await run(
      () => new SessionSecret("session", { instance: "a", namespace: "b", versions: [1, 2] }, { transformations }),
    );
    assert.deepEqual(Object.fromEntries(aliases), { "session-key-1": [{ name: "session-key" }], "session-key-2": [] });
  });

  it("takes the keys that are given, and generates none", async () => {
    const made = await create({ keys: pulumi.secret(given) });
    assert.deepEqual(children(made, type), [secretName]);
    assert.deepEqual(made.find("kubernetes:core/v1:Secret", "session-secret").inputs, objectWith({ keys: given }));
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
