import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { minimal } from "./configs.ts";
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
    const none = await program({ ...minimal, store: { kind: "none" }, affinity });
    assert.deepEqual(kinds(none.resources), around);
    assert.deepEqual(
      environmentOf(none).map(({ name }) => name),
      ["SESSION_SECRET", "POD_NAME"],
    );
    assert.deepEqual([none.result.sessionStore, none.result.sessionStoreUrl], [null, null]);
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
