import assert from "node:assert/strict";
import { withAddress } from "../deploy/address.ts";
import type { PublicOutputs } from "../outputs.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

// That a cluster gives a load balancer an address is proved by the end-to-end suite.

const outputs: PublicOutputs = {
  schemaVersion: 1,
  url: null,
  ingress: null,
  namespace: "shop",
  app: { name: "app", service: "app", port: 8080 },
  sessionStore: null,
  storageClass: "block",
};
const service = (type: string, fields: object = {}) => object("Service", "app", "shop", { spec: { type }, ...fields });
const status = (address: object) => ({ status: { loadBalancer: { ingress: [address] } } });

describe("the address of a load balancer", () => {
  it("is in the outputs where it is the only way", async () => {
    const { cluster } = new FakeCluster([service("LoadBalancer", status({ ip: "192.0.2.7" }))]);
    const told = await withAddress(cluster, [service("LoadBalancer")], outputs);
    assert.deepEqual(told, { ...outputs, url: "http://192.0.2.7:8080/" });
  });

  it("is waited for", async () => {
    const fake = new FakeCluster([service("LoadBalancer")]);
    const told = withAddress(fake.cluster, [service("LoadBalancer")], outputs);
    fake.objects.set("Service shop/app", service("LoadBalancer", status({ hostname: "lb.example.net" })));
    assert.equal((await told).url, "http://lb.example.net:8080/");
  });

  it("is not looked for beside an Ingress, or with another Service", async () => {
    const { cluster } = new FakeCluster();
    const ingress = { className: "traefik", host: "shop.example.com", affinity: "none" };
    const exposed = { ...outputs, url: "http://shop.example.com/", ingress };
    assert.equal(await withAddress(cluster, [service("LoadBalancer")], exposed), exposed);
    const other = object("Service", "other", "shop", { spec: { type: "LoadBalancer" } });
    assert.equal(await withAddress(cluster, [service("NodePort"), other], outputs), outputs);
  });
});
