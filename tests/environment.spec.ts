import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contextEnvironment, localEnvironment } from "../cli/environment.ts";
import { connect } from "../deploy/cluster.ts";
import type { DeployedStack } from "../deploy/stack.ts";
import type { PublicOutputs } from "../outputs.ts";
import { render } from "./rendered.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// Nothing is connected to: that a context works shows when it is used.

type LocalCluster = Parameters<typeof localEnvironment>[0];

const directory = mkdtempSync(join(tmpdir(), "session-stack-environment-"));
after(() => rmSync(directory, { recursive: true }));

const local = {
  kubeconfig: "/node/kubeconfig",
  context: "session-stack-local",
  images: {
    provisioner: "session-stack.invalid/provisioner:1",
    valkey: "session-stack.invalid/valkey:1",
    redis: "session-stack.invalid/redis:1",
    demo: "session-stack.invalid/demo:1",
  },
  nfs: { server: "10.0.0.1", path: "/share", directory: "/node/export" },
  ingress: { host: "127.0.0.1", port: 8080, tlsPort: 8443 },
  keepDirectory: join(directory, "keep"),
} as unknown as LocalCluster;

const stackAt = (url: string | null, ingressStatus?: object, ingress: object | null = {}): DeployedStack => ({
  cluster: new FakeCluster([
    object("Ingress", "app", "shop", { status: { loadBalancer: { ingress: [ingressStatus] } } }),
  ]).cluster,
  outputs: { url, ingress, namespace: "shop" } as PublicOutputs,
});

const noIngress = {
  message: "the stack has no Ingress and no load balancer: set session-stack:ingress so that it can be reached",
};
/** Reached by its Service alone. */
const servedAt = (url: string | null) => stackAt(url, undefined, null);

describe("the local node as environment", () => {
  const { options, endpoint, exportDirectory, redis } = localEnvironment(local);

  it("gives stack local its images and its NFS server", () => {
    assert.equal(options.stack, "local");
    assert.deepEqual(options.target, { kubeconfig: "/node/kubeconfig", context: "session-stack-local" });
    assert.deepEqual(options.overrides, {
      "storage.nfs.server": "10.0.0.1",
      "storage.nfs.path": "/share",
      "storage.nfs.provisionerImage": "session-stack.invalid/provisioner:1",
      "store.image": "session-stack.invalid/valkey:1",
      "app.image": "session-stack.invalid/demo:1",
    });
    assert.equal(exportDirectory, "/node/export");
  });

  it("is one that the stack can be rendered for, with either engine", async () => {
    const engineAndImage = async (overrides: object) => {
      const { objects } = await render("local", { ...options.overrides, ...overrides });
      const set = JSON.stringify(objects.find(({ kind }) => kind === "StatefulSet"));
      return [/"ENGINE","value":"(\w+)"/, /"image":"([^"]+)"/].map((pattern) => pattern.exec(set)?.[1]);
    };
    assert.deepEqual(await engineAndImage({}), ["valkey", "session-stack.invalid/valkey:1"]);
    assert.deepEqual(await engineAndImage(redis), ["redis", "session-stack.invalid/redis:1"]);
  });

  it("keeps the signing keys beside the node", () => {
    options.keeper.keep("session-secret", { keys: "one" });
    assert.deepEqual(localEnvironment(local).options.keeper.recall("session-secret"), { keys: "one" });
  });

  for (const [url, at, address] of [
    ["http://demo.localhost/", "http://demo.localhost:8080", "127.0.0.1"],
    ["https://demo.localhost/", "https://demo.localhost:8443", "127.0.0.1"],
  ] as const) {
    it(`is reached at the node's port for ${url}, by the Ingress's host`, async () => {
      assert.deepEqual(await endpoint(stackAt(url)), { url: at, address });
    });
  }

  it("is reached at the address of a load balancer where there is no Ingress", async () => {
    assert.deepEqual(await endpoint(servedAt("http://10.99.0.33/")), {
      url: "http://10.99.0.33:80",
      address: "10.99.0.33",
    });
  });
});

describe("a cluster as environment", () => {
  const environment = (ingress?: string) => contextEnvironment({ context: "kind-dev", stack: "dev", ingress });

  it("is the context that is named, with the stack as its file says", () => {
    const { options, exportDirectory } = environment();
    const { stack, target, overrides } = options;
    assert.deepEqual(
      { stack, target, overrides },
      { stack: "dev", target: { context: "kind-dev" }, overrides: undefined },
    );
    assert.equal(exportDirectory, undefined);
  });

  for (const [status, address] of [
    [{ ip: "10.0.0.9" }, "10.0.0.9"],
    [{ hostname: "lb.example.com" }, "lb.example.com"],
  ] as const) {
    it(`is reached at the address that its Ingress shows, ${address}`, async () => {
      const { endpoint } = environment();
      assert.deepEqual(await endpoint(stackAt("http://shop.example.com/app", status)), {
        url: "http://shop.example.com:80",
        address,
      });
    });
  }

  for (const [ingress, scheme, port, address] of [
    ["10.0.0.9:8080", "http", 8080, "10.0.0.9"],
    ["lb.example.com", "http", 80, "lb.example.com"],
    ["lb.example.com:80", "http", 80, "lb.example.com"],
    ["lb.example.com", "https", 443, "lb.example.com"],
    ["lb.example.com:8443", "https", 8443, "lb.example.com"],
    ["lb.example.com:80", "https", 80, "lb.example.com"],
  ] as const) {
    it(`is reached by ${scheme} at --ingress ${ingress}`, async () => {
      assert.deepEqual(await environment(ingress).endpoint(stackAt(`${scheme}://shop.example.com/`)), {
        url: `${scheme}://shop.example.com:${port}`,
        address,
      });
    });
  }

  it("is reached at the address of a load balancer where there is no Ingress", async () => {
    assert.deepEqual(await environment().endpoint(servedAt("http://lb.example.com:8080/")), {
      url: "http://lb.example.com:8080",
      address: "lb.example.com",
    });
  });

  for (const ingress of [
    "",
    "http://lb.example.com",
    "lb.example.com:http",
    "lb.example.com/shop",
    "a b",
    "u@host:80",
  ]) {
    it(`refuses --ingress "${ingress}" before anything is deployed`, () => {
      assert.throws(() => environment(ingress), {
        message: `--ingress must be the address of the ingress controller as host:port, got "${ingress}"`,
      });
    });
  }

  it("says what to set when there is no Ingress", async () => {
    await assert.rejects(environment("10.0.0.9").endpoint(stackAt(null)), {
      message:
        'no host of the stack\'s Ingress is an address: add one without "*" to session-stack:ingress.hosts, with a path of the application',
    });
    await assert.rejects(environment("10.0.0.9").endpoint(servedAt(null)), noIngress);
    await assert.rejects(async () => localEnvironment(local).endpoint(servedAt(null)), noIngress);
  });
});

describe("a context", () => {
  it("that the kubeconfig does not have is refused with those it has", () => {
    const kubeconfig = join(directory, "kubeconfig");
    const context = (name: string) => ({ name, context: { cluster: "c", user: "u" } });
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: {} }],
      contexts: [context("one"), context("two")],
    };
    writeFileSync(kubeconfig, JSON.stringify(config));
    assert.throws(() => connect({ kubeconfig, context: "three" }), {
      message: 'the kubeconfig has no context "three"; it has: one, two',
    });
    assert.equal(connect({ kubeconfig, context: "two" }).config.getCurrentContext(), "two");
  });
});
