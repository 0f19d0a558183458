import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { minimal, problemsOf, read, refuses } from "./configs.ts";
import { valueOf } from "./mocks.ts";

// That the engine encrypts what is a secret here is not proved: no engine runs in these tests.

const key = "0123456789abcdef0123456789abcdef";
const secretKeys = ["sessionSecret"];

describe("configuration of secrets", () => {
  describe("sessionSecret", () => {
    const rule =
      " must be signing keys of at least 32 characters each, newest first, separated by commas without spaces";

    it("is a secret, with one key or several", async () => {
      for (const sessionSecret of [key, `${key},${"!".repeat(32)}`]) {
        const output = (await read({ sessionSecret }, { secretKeys })).sessionSecret;
        assert.ok(output !== undefined);
        assert.equal(await valueOf(output), sessionSecret);
        assert.equal(await pulumi.isSecret(output), true);
      }
    });

    it("is taken from an existing Secret", async () => {
      const sessionSecretRef = { name: "signing", key: "tls.key_1" };
      assert.deepEqual((await read({ sessionSecretRef })).sessionSecretRef, sessionSecretRef);
    });

    refuses(
      "sessionSecret",
      [
        ["hush-hush", rule],
        [`${key},hush-hush`, rule],
        [`${key}, ${key}`, rule],
        [`${key},`, rule],
        [{ value: "hush-hush" }, rule],
        [null, rule],
      ],
      { secretKeys },
    );
    refuses("sessionSecret", [
      [key, " is stored in plain text; set it again with: pulumi config set --secret sessionSecret"],
      ["hush-hush", rule],
    ]);
    refuses("sessionSecretRef", [
      [{}, ".name is missing: it must be a DNS name in lower case", ".key is missing: it must be a key of a Secret"],
      [
        { name: "A", key: "a/b" },
        '.name must be a DNS name in lower case, got "A"',
        '.key must be a key of a Secret, got "a/b"',
      ],
      [{ name: "a", key: "b", namespace: "c" }, ".namespace is not a known key; allowed: name, key"],
      ["signing", ' must be an object (keys: name, key), got "signing"'],
    ]);

    it("is refused beside sessionSecretRef", async () => {
      const values = { sessionSecret: key, sessionSecretRef: { name: "signing", key: "keys" } };
      assert.deepEqual(await problemsOf(values, { secretKeys }), [
        "shop:sessionSecretRef and sessionSecret exclude each other; remove one",
      ]);
    });
  });

  describe("secrets", () => {
    it("are not shown under a misspelt key", async () => {
      const [line] = await problemsOf({ sesionSecret: "hush-hush" }, { secretKeys: ["sesionSecret"] });
      assert.match(line ?? "", /^shop:sesionSecret is not a known key; allowed: kubeContext, /);
      assert.doesNotMatch(line ?? "", /hush/);
    });

    it("are not shown inside an encrypted object", async () => {
      const app = { image: "hush hush" };
      assert.deepEqual(await problemsOf({ app }, { secretKeys: ["app"] }), [
        "shop:app.image must be a container image in lower case, such as ghcr.io/acme/shop:1.4.2",
      ]);
    });

    it("are refused wherever they would not stay secret", async () => {
      const values = { app: { ...minimal.app, env: { API_TOKEN: "hush-hush" } }, sessionSecret: key };
      assert.deepEqual(await problemsOf(values, { secretKeys: ["sessionSecret", "kubeContext", "app"] }), [
        "shop:kubeContext holds an encrypted value, which the cluster would show to its readers; set it without --secret",
        "shop:app holds an encrypted value, which the cluster would show to its readers; set it without --secret",
      ]);
    });
  });
});
