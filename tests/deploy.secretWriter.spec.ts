import assert from "node:assert/strict";
import { storeUrl } from "../components/redis/names.ts";
import { inMemory, SecretWriter, type SecretKeeper } from "../deploy/secrets.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// The cluster is a fake: that the API server refuses an outdated resourceVersion is its own business.

const annotation = "session-stack/generated";
const app = (version: number) => `~generated.store-app-${version}.32~`;
const key = (version: number) => `~generated.session-key-${version}.48~`;

const secret = (name: string, stringData: Record<string, string>) => object("Secret", name, "shop", { stringData });
/** As `SessionSecret` renders it. */
const signing = (...versions: number[]) =>
  secret("session-secret", {
    keys: versions.map(key).join(","),
    ...Object.fromEntries(versions.map((version) => [`key-${version}`, key(version)])),
  });
/** As the store renders its two Secrets: the version in use comes first. */
const store = (...versions: [number, ...number[]]) => [
  secret("session-store", { password: app(versions[0]), url: storeUrl(app(versions[0]), "shop") }),
  secret("session-store-users", {
    current: String(versions[0]),
    ...Object.fromEntries(versions.map((version) => [`app-${version}`, app(version)])),
  }),
];

/** A Secret of the cluster that says nothing of its passwords, as a former release made it. */
const former = (name: string, values: Record<string, string>, fields: object = {}) =>
  object("Secret", name, "shop", {
    ...fields,
    data: Object.fromEntries(
      Object.entries(values).map(([field, value]) => [field, Buffer.from(value).toString("base64")]),
    ),
  });

async function write(fake: FakeCluster, objects: KubernetesObject[], keeper: SecretKeeper = inMemory()): Promise<void> {
  const writer = await SecretWriter.create(fake.cluster, objects, keeper);
  for (const each of objects) await writer.apply(each);
}

function held(fake: FakeCluster, name: string): Record<string, string> {
  const data = fake.objects.get(`Secret shop/${name}`)?.data ?? {};
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, Buffer.from(value, "base64").toString()]),
  );
}

/** One value, as text even where there is none. */
const value = (fake: FakeCluster, name: string, field: string) => held(fake, name)[field] ?? "";

describe("writing Secrets", () => {
  it("makes a password for each name, the same wherever it stands", async () => {
    const fake = new FakeCluster();
    await write(fake, [...store(2, 1), signing(1)]);
    const [one, two] = [value(fake, "session-store-users", "app-1"), value(fake, "session-store-users", "app-2")];
    assert.match(one, /^[A-Za-z0-9]{32}$/);
    assert.match(two, /^[A-Za-z0-9]{32}$/);
    assert.notEqual(one, two);
    assert.deepEqual(held(fake, "session-store"), { password: two, url: storeUrl(two, "shop") });
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
    assert.deepEqual(held(fake, "session-store"), { password: one.app, url: storeUrl(one.app, "shop") });
    assert.deepEqual(held(fake, "session-store-users"), { current: "1", "app-1": one.app, "app-2": two.app });
    assert.equal(value(fake, "session-secret", "keys"), `${one.key},${two.key}`);

    await write(fake, [...store(2, 1), signing(2, 1)]);
    assert.deepEqual(held(fake, "session-store"), { password: two.app, url: storeUrl(two.app, "shop") });
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
