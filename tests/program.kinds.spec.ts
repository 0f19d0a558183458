import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { minimal, problemsOf } from "./configs.ts";
import { passwordType, valueOf, type Registered } from "./mocks.ts";
import { environmentOf, objects, program, shapeOf } from "./programs.ts";

describe("program with other stores", () => {
  const kinds = (resources: Registered[]) =>
    objects(resources)
      .map((resource) => [resource.type.split(":").at(-1), shapeOf(resource).metadata.name].join(" "))
      .sort();
  const around = [
    "Deployment app",
    "Namespace shop-test",
    "NetworkPolicy app",
    "PodDisruptionBudget app",
    "Secret session-secret",
    "Service app",
  ];

  it("makes a memcached in the place of redis", async () => {
    const { resources, result } = await program({ ...minimal, store: { kind: "memcached" } });
    assert.deepEqual(
      kinds(resources),
      [
        ...around,
        "Deployment memcached",
        "NetworkPolicy memcached",
        "Secret session-store",
        "Service memcached",
      ].sort(),
    );
    const { kind, durable } = (result.sessionStore ?? {}) as { kind?: string; durable?: boolean };
    assert.deepEqual([kind, durable], ["memcached", false]);
  });

  it("makes no store where there is one already, or none is wanted", async () => {
    const external = await program({ ...minimal, store: { kind: "external", external: { secretName: "cache" } } });
    assert.deepEqual(kinds(external.resources), around);
    assert.deepEqual(environmentOf(external)[0], {
      name: "SESSION_STORE",
      valueFrom: { secretKeyRef: { name: "cache", key: "url" } },
    });
    assert.equal(external.result.sessionStoreUrl, null);

    const affinity = { kind: "clientIP" };
    const stateful = { ...minimal.app, workload: "statefulset" };
    const none = await program({ ...minimal, app: stateful, store: { kind: "none" }, affinity });
    const pods = ["StatefulSet app", "Service app-pods"];
    assert.deepEqual(kinds(none.resources), [...around.filter((one) => one !== "Deployment app"), ...pods].sort());
    assert.deepEqual(
      environmentOf(none).map(({ name }) => name),
      ["SESSION_SECRET", "POD_NAME"],
    );
    assert.deepEqual([none.result.sessionStore, none.result.sessionStoreUrl], [null, null]);
  });

  it("sets no variable that the configuration leaves to the user", async () => {
    const external = { kind: "external", external: { secretName: "cache" } };
    for (const store of [{ tls: { secretName: "store-tls" } }, { kind: "memcached" }, external]) {
      const names = environmentOf(await program({ ...minimal, store })).map(({ name }) => name);
      assert.ok(names.includes("SESSION_STORE"), names.join());
      const env = Object.fromEntries(names.map((name) => [name, "x"]));
      assert.deepEqual(
        await problemsOf({ store, app: { ...minimal.app, env } }),
        names.map((name) => `shop:app.env.${name} is set by session-stack; remove it`),
      );
    }
  });

  it("gives the application the store's certificate with TLS", async () => {
    const made = await program({ ...minimal, store: { tls: { secretName: "store-tls" } } });
    assert.deepEqual(
      environmentOf(made).find(({ name }) => name === "SESSION_STORE_CA"),
      { name: "SESSION_STORE_CA", value: "/etc/session-store-tls/ca.crt" },
    );
    assert.match((await valueOf(made.result.sessionStoreUrl ?? pulumi.output(""))) ?? "", /^rediss:/);
  });

  it("generates passwords and signing keys of every version", async () => {
    const { resources } = await program({ ...minimal, rotation: { password: [2, 1], signingKeys: [3] } });
    const generated = resources.filter(({ type }) => type === passwordType).map(({ name }) => name);
    assert.ok(generated.includes("store-app-2") && generated.includes("store-app-1"), generated.join());
    assert.ok(generated.includes("session-key-3") && !generated.includes("session-key-1"), generated.join());
  });
});
