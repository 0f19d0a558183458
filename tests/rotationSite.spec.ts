import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientsFollow, noteSigning, readSigningSince } from "../deploy/store/clients.ts";
import { Members } from "../deploy/store/members.ts";
import { pulumiUp } from "../deploy/store/way.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// The cluster and what runs in its pods are fakes: kubelet, servers and field managers are proved end to end.

const base64 = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));

describe("the members of a store, by their passwords", () => {
  /** Passwords that every server accepts, by user. */
  let accepted: Record<string, string[]>;
  /** What each member has loaded. */
  let loaded: Record<string, string>;
  let calls: { member: string; command: string[]; input: string | undefined }[];
  let fake: FakeCluster;
  let members: Members;

  const usersSecret = (values: Record<string, string>) =>
    object("Secret", "session-store-users", "shop", { data: base64(values) });
  const digest = (text: string) => createHash("sha256").update(text).digest("hex");

  beforeEach(() => {
    accepted = { app: ["one"], replica: ["r"] };
    fake = new FakeCluster([
      object("StatefulSet", "redis", "shop", { spec: { replicas: 2 } }),
      usersSecret({ "replica-1": "r", "app-1": "one", current: "1" }),
      object("Pod", "redis-0", "shop"),
      object("Pod", "redis-1", "shop"),
    ]);
    // The values in the order of their names: app-1, current, replica-1.
    loaded = { "redis-0": digest("one1r"), "redis-1": digest("one1r") };
    calls = [];
    members = new Members(fake.cluster, "shop", (_, namespace, member, command, input) => {
      assert.equal(namespace, "shop");
      calls.push({ member, command, input });
      if (command[0] === "cat") return Promise.resolve(`${loaded[member]}  -\n`);
      return Promise.resolve(accepted[command[2] ?? ""]?.includes((input ?? "").trimEnd()) ? "yes\n" : "no\n");
    });
  });

  it("follow when all have loaded what the Secret holds and accept it", async () => {
    await members.follow();
    assert.deepEqual(fake.changes, ["annotate Pod shop/redis-0", "annotate Pod shop/redis-1"]);
    const asked = calls.map(({ member, command, input }) => [member, command.join(" "), input]);
    const [cat, accepts] = ["cat /run/session-store/secrets-digest", "sh /etc/session-store/accepts.sh"];
    assert.deepEqual(asked, [
      ["redis-0", cat, undefined],
      ["redis-1", cat, undefined],
      ["redis-0", `${accepts} replica`, "r\n"],
      ["redis-0", `${accepts} app`, "one\n"],
      ["redis-1", `${accepts} replica`, "r\n"],
      ["redis-1", `${accepts} app`, "one\n"],
    ]);
  });

  it("are waited for until the last has loaded it", async () => {
    loaded["redis-1"] = digest("older");
    let isDone = false;
    const following = members.follow().then(() => (isDone = true));
    while (calls.filter(({ member }) => member === "redis-1").length < 3) await new Promise(setImmediate);
    assert.equal(isDone, false);
    loaded["redis-1"] = digest("one1r");
    await following;
  });

  it("do not follow when one refuses what it has loaded", async () => {
    accepted.replica = [];
    await assert.rejects(members.follow(), { message: "redis-0 refuses password replica-1" });
  });

  it("do not follow when one still accepts a password that is in the Secret no longer", async () => {
    await members.remember();
    fake.objects.set(
      "Secret shop/session-store-users",
      usersSecret({ "app-2": "two", "replica-1": "r", current: "2" }),
    );
    loaded = { "redis-0": digest("two2r"), "redis-1": digest("two2r") };
    accepted.app = ["one", "two"];
    await assert.rejects(members.follow(), { message: "redis-0 still accepts password app-1" });
    accepted.app = ["two"];
    await members.follow();
  });

  it("have nothing to remember before the first deployment", async () => {
    fake.objects.delete("Secret shop/session-store-users");
    await members.remember();
    assert.deepEqual(fake.changes, []);
  });
});

describe("clients, by the time at which they were made", () => {
  const labels = { "session-stack/store-client": "true" };
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
  const secret = (...writes: [second: number, fields: object][]): KubernetesObject => {
    const made = object("Secret", "session-store", "shop");
    const managedFields = writes.map(([second, fieldsV1]) => ({ time: at(second), fieldsV1 }));
    return { ...made, metadata: { ...made.metadata, creationTimestamp: at(0), managedFields } as never };
  };
  const pod = (name: string, second: number, fields: object = {}) => {
    const made = object("Pod", name, "shop", { labels, ...fields });
    return { ...made, metadata: { ...made.metadata, creationTimestamp: at(second) } as never };
  };
  const follow = (...objects: KubernetesObject[]) =>
    clientsFollow(new FakeCluster(objects).cluster, "shop", "session-store", labels, 0.3);

  it("follow when all were made after the Secret's values changed last", async () => {
    await follow(secret([5, { "f:data": {} }]), pod("app-new", 6), pod("app-same", 5));
  });

  it("do not follow while older ones are there, and are named", async () => {
    await assert.rejects(
      follow(secret([5, { "f:data": {} }]), pod("app-new", 6), pod("app-old", 4), pod("shop-1", 1)),
      {
        message:
          "these pods in shop were made before Secret session-store changed and have its old values: app-old, shop-1; " +
          "replace them, then run this again",
      },
    );
  });

  it("follow though the Secret was labelled or annotated later", async () => {
    await follow(secret([5, { "f:data": {} }], [9, { "f:metadata": {} }]), pod("app", 6));
  });

  it("do not count when they have ended, or are no clients", async () => {
    const changed = secret([5, { "f:data": {} }]);
    const ended = ["Succeeded", "Failed"].map((phase) => pod(phase, 1, { status: { phase } }));
    await follow(changed, ...ended, pod("other", 1, { labels: {} }));
  });
});

describe("since when a key signs alone", () => {
  const name = { name: "session-secret", namespace: "shop" };
  const withKeys = () => new FakeCluster([object("Secret", "session-secret", "shop")]);

  it("is noted once, and not moved later", async () => {
    const fake = withKeys();
    const before = Date.now();
    await noteSigning(fake.cluster, name, 2);
    const since = await readSigningSince(fake.cluster, name, 2);
    assert.ok(since !== undefined && since.valueOf() >= before && since.valueOf() <= Date.now());
    await noteSigning(fake.cluster, name, 2);
    assert.deepEqual(fake.changes, ["annotate Secret shop/session-secret"]);
    assert.deepEqual(await readSigningSince(fake.cluster, name, 2), since);
  });

  it("is not known for another key, nor without a note or a Secret", async () => {
    const fake = withKeys();
    assert.equal(await readSigningSince(fake.cluster, name, 1), undefined);
    await noteSigning(fake.cluster, name, 2);
    assert.equal(await readSigningSince(fake.cluster, name, 3), undefined);
    assert.equal(await readSigningSince(new FakeCluster().cluster, name, 2), undefined);
  });
});

describe("the engine", () => {
  const folder = mkdtempSync(join(tmpdir(), "session-stack-engine-"));
  after(() => rmSync(folder, { recursive: true }));
  const pulumi = (script: string) => {
    writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, "pulumi"), 0o755);
    return { PATH: `${folder}:${process.env.PATH}` };
  };

  it("is run for the stack, without a question", async () => {
    await pulumiUp("prod", pulumi(`echo "$@" >${folder}/asked; pwd >>${folder}/asked`));
    const root = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
    assert.equal(readFileSync(join(folder, "asked"), "utf8"), `up --yes --stack prod\n${root}\n`);
  });

  it("that fails is named", async () => {
    await assert.rejects(pulumiUp("prod", pulumi("exit 3")), { message: "pulumi up of stack prod failed" });
  });

  it("that is not there is asked for", async () => {
    await assert.rejects(pulumiUp("prod", { PATH: "/nowhere" }), {
      message:
        "stack prod belongs to the Pulumi engine, and there is no pulumi on the PATH: install it " +
        "(https://www.pulumi.com/docs/install/), then run this again",
    });
  });
});
