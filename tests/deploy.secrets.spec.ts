import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeUrl } from "../components/redis/names.ts";
import { inDirectory, inMemory } from "../deploy/secrets.ts";
import {
  configKeys,
  configPlaceholder,
  fillIn,
  generatedName,
  generatedPlaceholder,
  leadingGeneratedName,
} from "../render/placeholders.ts";

// Files are real, in a temporary folder; no cluster is asked.

const url = (password: string) => storeUrl(password, { namespace: "shop", tls: false });
const password = generatedPlaceholder("store-app-1", 32);

describe("placeholders", () => {
  it("survive percent-encoding, so that they are found inside of a URL", () => {
    assert.equal(url(password), `redis://app:${password}@redis-master.shop.svc:6379/0`);
  });

  it("give way to the password of their name, alone and inside of other text", () => {
    const values = { password, url: url(password), twice: password + password, other: "~generated.k.8~" };
    assert.deepEqual(
      fillIn(values, (name, length) => `${name}:${length}`),
      {
        password: "store-app-1:32",
        url: "redis://app:store-app-1:32@redis-master.shop.svc:6379/0",
        twice: "store-app-1:32store-app-1:32",
        other: "k:8",
      },
    );
  });

  it("give way to passwords with any character in them, taken literally", () => {
    assert.deepEqual(
      fillIn({ password }, () => "$&$1~generated.x.1~"),
      { password: "$&$1~generated.x.1~" },
    );
  });

  it("leave other text alone", () => {
    const values = { a: "~generated~", b: "~generated.x~", c: "plain", d: configPlaceholder("sessionSecret") };
    assert.deepEqual(
      fillIn(values, () => assert.fail("nothing is to be made")),
      values,
    );
  });

  it("tell their name where they stand alone, and where a value begins with them", () => {
    const values = [
      password,
      `${password},${generatedPlaceholder("k", 8)}`,
      `a${password}`,
      password + password,
      "",
      "a",
    ];
    assert.deepEqual(values.map(generatedName), ["store-app-1", ...Array<undefined>(5)]);
    const app = "store-app-1";
    assert.deepEqual(values.map(leadingGeneratedName), [app, app, undefined, app, undefined, undefined]);
  });

  it("tell which keys of the configuration are needed, each once", () => {
    const [a, b] = [configPlaceholder("sessionSecret"), configPlaceholder("other-key")];
    assert.deepEqual(configKeys({ x: a, y: `${b},${a}`, z: password }), ["sessionSecret", "other-key"]);
    assert.deepEqual(configKeys({ z: password }), []);
  });
});

describe("keeping Secrets", () => {
  const root = mkdtempSync(join(tmpdir(), "session-stack-keep-"));
  after(() => rmSync(root, { recursive: true }));

  for (const [title, keeper] of [
    ["in memory", inMemory()],
    ["in a directory", inDirectory(join(root, "a", "keep"))],
  ] as const) {
    it(`${title} gives back what was kept last, and nothing for another name`, () => {
      assert.equal(keeper.recall("session-secret"), undefined);
      keeper.keep("session-secret", { keys: "one" });
      keeper.keep("session-secret", { keys: "two,\nüñ" });
      assert.deepEqual(keeper.recall("session-secret"), { keys: "two,\nüñ" });
      assert.equal(keeper.recall("other"), undefined);
    });
  }

  it("in a directory outlives the process", () => {
    const directory = join(root, "b");
    inDirectory(directory).keep("session-secret", { keys: "one" });
    assert.deepEqual(inDirectory(directory).recall("session-secret"), { keys: "one" });
  });

  it("in a directory lets nobody else read it", () => {
    const directory = join(root, "c");
    const umask = process.umask(0);
    try {
      inDirectory(directory).keep("session-secret", { keys: "one" });
    } finally {
      process.umask(umask);
    }
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.equal(statSync(join(directory, "session-secret.json")).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(directory, "session-secret.json"), "utf8"), '{"keys":"one"}');
  });
});
