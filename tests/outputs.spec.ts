import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readSessionStack, type PublicOutputs } from "../outputs.ts";
import { project, valueOf } from "./mocks.ts";

// The reference is a mock: what a backend stores of a stack's outputs is not proved here.

const outputs: PublicOutputs = {
  schemaVersion: 1,
  url: "http://shop.example.com/",
  ingress: { className: "traefik", host: "shop.example.com", affinity: "cookie" },
  namespace: "shop",
  app: { name: "app", service: "app", port: 80 },
  sessionStore: {
    kind: "redis",
    host: "redis-master.shop.svc",
    port: 6379,
    tls: false,
    durable: true,
    secretName: "session-store",
    secretKey: "url",
    clientLabel: { "session-stack/store-client": "true" },
  },
  storageClass: "nfs-client",
};
const sessionStoreUrl = "redis://default:hush@redis-master.shop.svc:6379/0";

/** Reads a stack whose outputs are these. */
async function read(stored: Record<string, unknown>, secretOutputNames = ["sessionStoreUrl"]) {
  const state = { outputs: stored, secretOutputNames };
  const call = (): never => {
    throw new Error("reading a stack calls nothing");
  };
  await pulumi.runtime.setMocks(
    { newResource: ({ inputs }) => ({ id: "x", state: { ...inputs, ...state } as object }), call },
    project,
    "consumer",
  );
  const session = readSessionStack(new pulumi.StackReference("acme/session-stack/prod"));
  await pulumi.runtime.disconnect();
  return session;
}

async function refusal(stored: Record<string, unknown>): Promise<string> {
  const session = await read(stored);
  const error: unknown = await valueOf(session.outputs).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(pulumi.RunError.isInstance(error), `not refused by a RunError but ${String(error)}`);
  return error.message;
}

const heading = "acme/session-stack/prod is not a session-stack of version 1:";

describe("readSessionStack", () => {
  it("gives the outputs, none of them secret", async () => {
    const session = await read({ ...outputs, sessionStoreUrl });
    assert.deepEqual(await valueOf(session.outputs), outputs);
    assert.equal(await pulumi.isSecret(session.outputs), false);
  });

  for (const secrets of [["sessionStoreUrl"], []]) {
    it(`gives the store's URL as a secret, of a stack that calls ${secrets[0] ?? "nothing"} one`, async () => {
      const session = await read({ ...outputs, sessionStoreUrl }, secrets);
      assert.equal(await valueOf(session.sessionStoreUrl), sessionStoreUrl);
      assert.equal(await pulumi.isSecret(session.sessionStoreUrl), true);
    });
  }

  it("takes a stack without Ingress and without store", async () => {
    const without = { ...outputs, url: null, ingress: null, sessionStore: null };
    assert.deepEqual(await valueOf((await read({ ...without, sessionStoreUrl })).outputs), without);
  });

  it("takes a stack whose way to the application has no class", async () => {
    const route = { ...outputs, ingress: { className: null, host: "shop.example.com", affinity: "none" } };
    assert.deepEqual(await valueOf((await read({ ...route, sessionStoreUrl })).outputs), route);
  });

  it("leaves out what a later release may add", async () => {
    const session = await read({ ...outputs, sessionStoreUrl, metrics: "x" });
    assert.deepEqual(await valueOf(session.outputs), outputs);
  });

  it("names every output that is missing", async () => {
    assert.equal(
      await refusal({ ...outputs, namespace: undefined, storageClass: undefined, sessionStoreUrl }),
      `${heading}\n  output namespace is missing\n  output storageClass is missing`,
    );
  });

  it("refuses another version", async () => {
    assert.equal(
      await refusal({ ...outputs, schemaVersion: 2, sessionStoreUrl }),
      `${heading}\n  output schemaVersion: must be 1, got 2`,
    );
  });

  it("refuses outputs of another shape, with their paths", async () => {
    const app = { name: "app", service: "app", port: "80" };
    assert.equal(
      await refusal({ ...outputs, app, sessionStore: { ...outputs.sessionStore, kind: "mongo", tls: undefined } }),
      [
        heading,
        "  output app.port: Invalid input: expected number, received string",
        '  output sessionStore.kind: Invalid option: expected one of "redis"|"memcached"|"external"',
        "  output sessionStore.tls is missing",
      ].join("\n"),
    );
  });

  it("says when the URL of a stack's own store is missing", async () => {
    const session = await read(outputs);
    await assert.rejects(valueOf(session.sessionStoreUrl), {
      message: `${heading}\n  output sessionStoreUrl is missing`,
    });
  });

  const external = { ...outputs.sessionStore, kind: "external", host: null, port: null };
  for (const [what, sessionStore] of Object.entries({ "an external store": external, "no store": null })) {
    for (const url of [null, undefined]) {
      it(`gives null for the URL of ${what}, which the backend has as ${url}`, async () => {
        const session = await read({ ...outputs, sessionStore, sessionStoreUrl: url });
        assert.equal(await valueOf(session.sessionStoreUrl), null);
        assert.equal(await pulumi.isSecret(session.sessionStoreUrl), true);
        assert.deepEqual((await valueOf(session.outputs)).sessionStore, sessionStore);
      });
    }
  }

  it("refuses what is no session-stack at all", async () => {
    assert.equal(
      await refusal({ kubeconfig: "hush-hush", sessionStoreUrl }),
      [
        heading,
        ...["schemaVersion", "url", "ingress", "namespace", "app", "sessionStore", "storageClass"].map(
          (name) => `  output ${name} is missing`,
        ),
      ].join("\n"),
    );
  });
});
