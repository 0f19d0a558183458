import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mock } from "node:test";
import { KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { dryRun } from "../deploy/apply.ts";
import type { Cluster } from "../deploy/cluster.ts";
import type { KubernetesObject } from "../render/objects.ts";
import { render } from "./rendered.ts";

// The client is the real one: it sends what its models know, so a field that they name otherwise would be lost unseen.

const stacks: [title: string, overrides: Record<string, unknown>][] = [
  ["a stack with what is there by default", {}],
  ["a stack with backups and metrics", { "store.backup": { schedule: "30 3 * * *" }, "store.metrics": {} }],
  ["a stack with a memcached", { store: { kind: "memcached" } }],
  ["a stack with an autoscaler", { "app.replicas": undefined, "app.autoscale": { min: 2, max: 5 } }],
  ["a stack with a StatefulSet", { "app.workload": "statefulset" }],
];

describe("what is sent to the API server", () => {
  let kinds: string[] = [];
  let sent: unknown;
  let cluster: Cluster;
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const resources = kinds.map((kind) => ({ kind, name: kind.toLowerCase(), namespaced: true }));
    if (request.method === "PATCH") sent = JSON.parse(Buffer.concat(chunks).toString());
    const body = request.method === "PATCH" ? sent : { resources };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  before("an API server that takes everything", async () => {
    // What configurations give up is no news here.
    mock.method(console, "warn", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: "fake", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
      { name: "nobody" },
    );
    cluster = { objects: KubernetesObjectApi.makeApiClient(config) } as Cluster;
  });

  after(() => {
    mock.restoreAll();
    server.close();
  });

  for (const [title, overrides] of stacks) {
    it(`is every field of ${title}`, async () => {
      const { objects } = await render("dev", overrides);
      kinds = [...new Set(objects.map(({ kind }) => kind))];
      for (const object of objects.filter(({ kind }) => kind !== "Secret")) {
        await dryRun(cluster, object);
        assert.deepEqual(sent, JSON.parse(JSON.stringify(object)) as KubernetesObject);
      }
    });
  }
});
