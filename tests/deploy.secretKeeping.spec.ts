import assert from "node:assert/strict";
import { inMemory } from "../deploy/secrets.ts";
import { FakeCluster } from "./fakeCluster.ts";
import { annotation, key, secret, signing, store, former, write, held, value } from "./renderedSecrets.ts";

// The cluster is a fake: that the API server refuses an outdated resourceVersion is its own business.

describe("Secrets of a former release", () => {
  const old = () => new FakeCluster([former("session-secret", { keys: "theirs" })]);

  it("keep their signing key as version 1", async () => {
    const fake = old();
    await write(fake, [signing(1)]);
    assert.deepEqual(held(fake, "session-secret"), { keys: "theirs", "key-1": "theirs" });
  });

  it("keep it when a version joins it at once", async () => {
    const fake = old();
    await write(fake, [signing(1, 2)]);
    const { keys = "", ...single } = held(fake, "session-secret");
    assert.deepEqual(single, { "key-1": "theirs", "key-2": keys.replace("theirs,", "") });
    assert.match(keys, /^theirs,[A-Za-z0-9]{48}$/);
  });
});

describe("a Secret whose values only the engine can decrypt", () => {
  const encrypted = secret("session-secret", { keys: "~config.sessionSecret~", more: key(1) });

  it("is never written over", async () => {
    const fake = new FakeCluster([former("session-secret", { keys: "theirs" })]);
    const keeper = inMemory();
    await write(fake, [encrypted], keeper);
    assert.deepEqual(fake.changes, []);
    assert.deepEqual(keeper.recall("session-secret"), { keys: "theirs" });
  });

  it("is not made, whatever is kept", async () => {
    const keeper = inMemory();
    keeper.keep("session-secret", { keys: "old" });
    await assert.rejects(write(new FakeCluster(), [encrypted], keeper), {
      message:
        "Secret shop/session-secret holds session-stack:sessionSecret, which only the Pulumi engine can decrypt: " +
        "create the Secret beforehand (keys: keys, more), or use pulumi up",
    });
  });

  it("has to have all its keys: pods that look for another would not start", async () => {
    const fake = new FakeCluster([former("app-secrets", { token: "theirs" })]);
    const rendered = secret("app-secrets", {
      token: "~config.token~",
      pin: "~config.pin~",
      "api-key": "~config.api-key~",
    });
    await assert.rejects(write(fake, [rendered]), {
      message:
        "Secret shop/app-secrets holds session-stack:pin, which only the Pulumi engine can decrypt: " +
        "add what the Secret lacks (keys: pin, api-key), or use pulumi up",
    });
    assert.deepEqual(fake.changes, []);
  });
});

describe("a Secret that outlives its stack", () => {
  it("is made again as it was, also after a rotation", async () => {
    const keeper = inMemory();
    const first = new FakeCluster();
    for (const versions of [[1], [1, 2], [2, 1], [2]]) await write(first, [signing(...versions)], keeper);
    const second = new FakeCluster();
    await write(second, [signing(2)], keeper);
    assert.deepEqual(held(second, "session-secret"), held(first, "session-secret"));
  });

  it("has no old key under a new version's name", async () => {
    const keeper = inMemory();
    const first = new FakeCluster();
    await write(first, [signing(1)], keeper);
    const second = new FakeCluster();
    await write(second, [signing(2)], keeper);
    assert.notEqual(value(second, "session-secret", "key-2"), value(first, "session-secret", "key-1"));
  });

  it("is made from what a former release kept", async () => {
    const keeper = inMemory();
    keeper.keep("session-secret", { keys: "old" });
    const fake = new FakeCluster();
    await write(fake, [signing(1)], keeper);
    assert.deepEqual(held(fake, "session-secret"), { keys: "old", "key-1": "old" });
  });

  it("gives way to the one in the cluster, which is kept from then on", async () => {
    const keeper = inMemory();
    keeper.keep("session-secret", { keys: "older" });
    const fake = new FakeCluster([former("session-secret", { keys: "theirs" })]);
    await write(fake, [signing(1)], keeper);
    assert.deepEqual(keeper.recall("session-secret"), {
      keys: "theirs",
      "key-1": "theirs",
      [annotation]: '{"keys":"session-key-1","key-1":"session-key-1"}',
    });
  });

  it("is the one that signs sessions and no other", async () => {
    const keeper = inMemory();
    keeper.keep("session-store", { password: "old" });
    const fake = new FakeCluster();
    await write(fake, store(1), keeper);
    assert.notEqual(value(fake, "session-store", "password"), "old");
    assert.deepEqual(keeper.recall("session-store"), { password: "old" });
  });
});
