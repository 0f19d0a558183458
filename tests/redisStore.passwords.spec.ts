import assert from "node:assert/strict";
import { users } from "../components/redis/names.ts";
import { nastyPassword, passwordType, secret } from "./mocks.ts";
import { create, metadata, tls } from "./redisStores.ts";

// Under mocks all passwords are the same one: that each user and version has its own is told by the resources that make
// them, and by the placeholders in tests/render.spec.ts. That the engine encrypts them in its state is not proved.

const encoded = encodeURIComponent(nastyPassword);
const url = `redis://app:${encoded}@redis-master.shop.svc:6379/0`;
const secretType = "kubernetes:core/v1:Secret";

/** A key for each user and version, all with the mocks' password. */
const passwords = (...versions: number[]) =>
  Object.fromEntries(versions.flatMap((version) => users.map((user) => [`${user}-${version}`, nastyPassword])));

describe("RedisStore's passwords", () => {
  it("are 32 letters and digits, one for each user", async () => {
    const { resources } = await create();
    assert.deepEqual(
      resources
        .filter(({ type }) => type === passwordType)
        .map(({ name, inputs }) => [name, inputs])
        .sort(),
      ["admin", "app", "backup", "metrics", "replica"].map((user) => [
        `store-${user}-1`,
        { length: 32, special: false },
      ]),
    );
  });

  const place = { host: "redis-master.shop.svc", port: "6379", username: "app" };

  it("of the application is in a Secret of its own with the whole URL, percent-encoded, and its parts", async () => {
    assert.deepEqual((await create()).find(secretType, "store-secret").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("session-store"),
      stringData: secret({ ...place, password: nastyPassword, url }),
    });
  });

  it("are all in the Secret of the store's own pods, which names the version in use", async () => {
    assert.deepEqual((await create()).find(secretType, "store-users").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("session-store-users"),
      stringData: secret({ current: "1", ...passwords(1) }),
    });
  });

  it("stand in a URL of rediss with TLS", async () => {
    const { stringData } = (await create({ tls })).find(secretType, "store-secret").inputs;
    assert.deepEqual(stringData, secret({ ...place, password: nastyPassword, url: url.replace("redis:", "rediss:") }));
  });

  for (const [title, changes, scheme] of [
    ["plain", {}, "redis"],
    ["TLS", { tls }, "rediss"],
  ] as const) {
    it(`have a file for the exporter where there is one (${title})`, async () => {
      const { find } = await create({ ...changes, metrics: { image: "registry.example/exporter:1" } });
      const file = JSON.stringify({ [`${scheme}://metrics@localhost:6379`]: nastyPassword });
      assert.deepEqual(
        find(secretType, "store-users").inputs.stringData,
        secret({ current: "1", ...passwords(1), "exporter.json": file }),
      );
    });
  }

  it("are accepted in every version, the first of which is in use", async () => {
    const { find, resources } = await create({ passwordVersions: [3, 2] });
    assert.deepEqual(find(secretType, "store-users").inputs.stringData, secret({ current: "3", ...passwords(3, 2) }));
    const made = resources.filter(({ type }) => type === passwordType).map(({ name }) => name);
    const expected = users.flatMap((user) => [`store-${user}-2`, `store-${user}-3`]);
    assert.deepEqual(made.sort(), expected.sort());
  });

  it("roll no member when they change: it loads them", async () => {
    const setOf = async (passwordVersions: number[]) =>
      (await create({ passwordVersions })).find("kubernetes:apps/v1:StatefulSet", "store-members").inputs;
    assert.deepEqual(await setOf([2, 1]), await setOf([1]));
  });

  it("are in no object but the Secrets", async () => {
    const { resources } = await create({
      tls,
      metrics: { image: "registry.example/exporter:1" },
      backup: { schedule: "0 3 * * *", keep: 7 },
    });
    const holders = resources.filter(({ inputs }) =>
      [nastyPassword, encoded].some((value) => JSON.stringify(inputs).includes(value)),
    );
    assert.deepEqual(holders.map(({ name }) => name).sort(), ["store-secret", "store-users"]);
  });
});
