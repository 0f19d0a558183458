import assert from "node:assert/strict";
import { FakeCluster, object } from "./fakeCluster.ts";
import { annotation, former, held, key, place, secret, signing, store, url, value, write } from "./renderedSecrets.ts";

// The cluster is a fake: that the API server refuses an outdated resourceVersion is its own business.

describe("writing Secrets", () => {
  it("makes a password for each name, the same wherever it stands", async () => {
    const fake = new FakeCluster();
    await write(fake, [...store(2, 1), signing(1)]);
    const [one, two] = [value(fake, "session-store-users", "app-1"), value(fake, "session-store-users", "app-2")];
    assert.match(one, /^[A-Za-z0-9]{32}$/);
    assert.match(two, /^[A-Za-z0-9]{32}$/);
    assert.notEqual(one, two);
    assert.deepEqual(held(fake, "session-store"), { ...place, password: two, url: url(two) });
    assert.deepEqual(held(fake, "session-store-users"), { current: "2", "app-2": two, "app-1": one });
    assert.match(value(fake, "session-secret", "key-1"), /^[A-Za-z0-9]{48}$/);
    assert.equal(value(fake, "session-secret", "keys"), value(fake, "session-secret", "key-1"));
  });

  it("makes others for another stack", async () => {
    const [first, second] = [new FakeCluster(), new FakeCluster()];
    await write(first, store(1));
    await write(second, store(1));
    assert.notEqual(value(first, "session-store", "password"), value(second, "session-store", "password"));
  });

  it("notes in the Secret which of its keys are which password", async () => {
    const fake = new FakeCluster();
    await write(fake, store(2, 1));
    const notes = ["session-store", "session-store-users"].map(
      (name) => fake.objects.get(`Secret shop/${name}`)?.metadata.annotations,
    );
    assert.deepEqual(notes, [
      { [annotation]: '{"password":"store-app-2"}' },
      { [annotation]: '{"app-2":"store-app-2","app-1":"store-app-1"}' },
    ]);
  });

  it("notes nothing in a Secret that has none", async () => {
    const fake = new FakeCluster();
    await write(fake, [secret("plain", { url: "redis://there" })]);
    assert.deepEqual(fake.objects.get("Secret shop/plain")?.metadata.annotations, {});
    assert.deepEqual(held(fake, "plain"), { url: "redis://there" });
  });

  it("does not change what was rendered", async () => {
    const rendered = signing(1);
    await write(new FakeCluster(), [rendered]);
    assert.deepEqual(rendered, signing(1));
  });

  it("writes nothing when nothing changes", async () => {
    const fake = new FakeCluster();
    await write(fake, [...store(2, 1), signing(2, 1)]);
    assert.equal(fake.changes.length, 3);
    await write(fake, [...store(2, 1), signing(2, 1)]);
    assert.equal(fake.changes.length, 3);
  });

  it("goes through a rotation with each password keeping its value from its first day to its last", async () => {
    const fake = new FakeCluster();
    await write(fake, [...store(1), signing(1)]);
    const one = { app: value(fake, "session-store", "password"), key: value(fake, "session-secret", "keys") };

    await write(fake, [...store(1, 2), signing(1, 2)]);
    const two = { app: value(fake, "session-store-users", "app-2"), key: value(fake, "session-secret", "key-2") };
    assert.deepEqual(held(fake, "session-store"), { ...place, password: one.app, url: url(one.app) });
    assert.deepEqual(held(fake, "session-store-users"), { current: "1", "app-1": one.app, "app-2": two.app });
    assert.equal(value(fake, "session-secret", "keys"), `${one.key},${two.key}`);

    await write(fake, [...store(2, 1), signing(2, 1)]);
    assert.deepEqual(held(fake, "session-store"), { ...place, password: two.app, url: url(two.app) });
    assert.deepEqual(held(fake, "session-store-users"), { current: "2", "app-2": two.app, "app-1": one.app });
    assert.equal(value(fake, "session-secret", "keys"), `${two.key},${one.key}`);

    await write(fake, [...store(2), signing(2)]);
    assert.deepEqual(held(fake, "session-store-users"), { current: "2", "app-2": two.app });
    assert.deepEqual(held(fake, "session-secret"), { keys: two.key, "key-2": two.key });
  });

  it("makes a new password for a new version, even where it takes the old one's place at once", async () => {
    const fake = new FakeCluster();
    await write(fake, [...store(1), signing(1)]);
    const before = [value(fake, "session-store", "password"), value(fake, "session-secret", "keys")];
    await write(fake, [...store(2), signing(2)]);
    const after = [value(fake, "session-store", "password"), value(fake, "session-secret", "keys")];
    assert.equal(new Set([...before, ...after]).size, 4);
  });

  it("changes a Secret only if nobody else has in the meantime, and keeps what others put on it", async () => {
    const theirs = { uid: "u", resourceVersion: "7", labels: { team: "x" }, annotations: { note: "y" } };
    const existing = former("session-secret", { keys: "one", odd: "z" });
    const fake = new FakeCluster([{ ...existing, type: "Opaque", metadata: { ...existing.metadata, ...theirs } }]);
    await write(fake, [
      object("Secret", "session-secret", "shop", { labels: { a: "b" }, stringData: { keys: key(1) } }),
    ]);
    assert.deepEqual(fake.changes, ["replace Secret shop/session-secret"]);
    assert.deepEqual(fake.bodies, [
      {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: {
          name: "session-secret",
          namespace: "shop",
          uid: "u",
          resourceVersion: "7",
          labels: { team: "x", a: "b" },
          annotations: { note: "y", [annotation]: '{"keys":"session-key-1"}' },
        },
        data: { keys: Buffer.from("one").toString("base64") },
      },
    ]);
  });

  it("makes a key that somebody took away again, and leaves the others", async () => {
    const fake = new FakeCluster();
    await write(fake, store(1, 2));
    const before = held(fake, "session-store-users");
    delete fake.objects.get("Secret shop/session-store-users")?.data?.["app-2"];
    await write(fake, store(1, 2));
    const after = held(fake, "session-store-users");
    assert.match(after["app-2"] ?? "", /^[A-Za-z0-9]{32}$/);
    assert.deepEqual({ ...after, "app-2": "" }, { ...before, "app-2": "" });
  });

  it("finds a password that one Secret lost in another of the stack", async () => {
    const fake = new FakeCluster();
    await write(fake, store(1));
    const before = held(fake, "session-store");
    fake.objects.delete("Secret shop/session-store");
    await write(fake, store(1));
    assert.deepEqual(held(fake, "session-store"), before);
  });
});
