import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { storeUrl } from "../components/redis/names.ts";
import { inDirectory, inMemory, remember, secretToCreate } from "../deploy/secrets.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { configKeys, configPlaceholder, fillIn, generatedPlaceholder } from "../render/placeholders.ts";
import { object } from "./fakeCluster.ts";

// Files are real, in a temporary folder; no cluster is asked.

const password = generatedPlaceholder("store-password", 32);
const secretWith = (name: string, stringData: Record<string, string>): KubernetesObject =>
  object("Secret", name, "shop", { stringData });

describe("placeholders", () => {
  it("survive percent-encoding, so that they are found inside of a URL", () => {
    assert.equal(storeUrl(password, "shop"), `redis://default:${password}@redis-master.shop.svc:6379/0`);
  });

  it("that are equal get the same password, others another", () => {
    let made = 0;
    const values = { password, url: storeUrl(password, "shop"), twice: password + password, other: "~generated.k.8~" };
    assert.deepEqual(
      fillIn(values, (length) => `${length}-${++made}`),
      {
        password: "32-1",
        url: "redis://default:32-1@redis-master.shop.svc:6379/0",
        twice: "32-132-1",
        other: "8-2",
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

  it("tell which keys of the configuration are needed, each once", () => {
    const [a, b] = [configPlaceholder("sessionSecret"), configPlaceholder("other-key")];
    assert.deepEqual(configKeys({ x: a, y: `${b},${a}`, z: password }), ["sessionSecret", "other-key"]);
    assert.deepEqual(configKeys({ z: password }), []);
  });
});

describe("a Secret to create", () => {
  it("has new passwords, the same in the URL", () => {
    const rendered = secretWith("session-store", { password, url: storeUrl(password, "shop") });
    const first = secretToCreate(rendered, inMemory());
    const made = first.stringData?.password ?? "";
    assert.match(made, /^[A-Za-z0-9]{32}$/);
    assert.deepEqual(first, { ...rendered, stringData: { password: made, url: storeUrl(made, "shop") } });
    assert.notEqual(secretToCreate(rendered, inMemory()).stringData?.password, made);
  });

  it("does not change the rendered one", () => {
    const rendered = secretWith("session-store", { password });
    secretToCreate(rendered, inMemory());
    assert.deepEqual(rendered.stringData, { password });
  });

  it("has the kept values when it signs sessions", () => {
    const keeper = inMemory();
    keeper.keep("session-secret", { keys: "old" });
    const rendered = secretWith("session-secret", { keys: generatedPlaceholder("session-key", 48) });
    assert.deepEqual(secretToCreate(rendered, keeper).stringData, { keys: "old" });
  });

  it("has new values when it does not, whatever is kept", () => {
    const keeper = inMemory();
    keeper.keep("session-store", { password: "old" });
    assert.notEqual(secretToCreate(secretWith("session-store", { password }), keeper).stringData?.password, "old");
  });

  it("is refused when only the engine can decrypt what belongs into it", () => {
    const rendered = secretWith("session-secret", { keys: configPlaceholder("sessionSecret"), more: "x" });
    const keeper = inMemory();
    keeper.keep("session-secret", { keys: "old" });
    assert.throws(() => secretToCreate(rendered, keeper), {
      message:
        "Secret shop/session-secret holds session-stack:sessionSecret, which only the Pulumi engine can decrypt: " +
        "create the Secret beforehand (keys: keys, more), or use pulumi up",
    });
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

  it("remembers, decoded, the Secret that signs sessions and no other", () => {
    const keeper = inMemory();
    const data = { keys: Buffer.from("one,two").toString("base64") };
    remember("session-secret", data, keeper);
    remember("session-store", data, keeper);
    assert.deepEqual(keeper.recall("session-secret"), { keys: "one,two" });
    assert.equal(keeper.recall("session-store"), undefined);
  });
});
