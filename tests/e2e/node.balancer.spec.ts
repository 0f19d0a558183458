import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectWithTls } from "node:tls";
import { PatchStrategy, setHeaderOptions, type V1ServiceSpec } from "@kubernetes/client-node";
import { execa } from "execa";
import { selfSigned } from "../../demo/tests/certificate.ts";
import { connect, orUndefined, type Cluster } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { withoutLoadBalancer } from "../../local/faults.ts";
import { currentSettings, up, type LocalCluster } from "../../local/node.ts";
import { suite } from "./options.ts";

const namespace = "node-balancer";
const labels = { app: "web" };
/** Says from which address it was asked. */
const server = 'require("http").createServer((q, r) => r.end(q.socket.remoteAddress)).listen(8080)';
const full =
  "Error syncing load balancer: failed to ensure load balancer: " +
  `all 16 addresses of ${currentSettings().addresses.balancers} are taken: delete a Service of type LoadBalancer`;

describe("what the local node gives to the machine", function () {
  this.timeout(120_000);
  let local: LocalCluster;
  let cluster: Cluster;

  before("a server", async function () {
    if (suite.cluster !== undefined) this.skip();
    local = await up({ quiet: true });
    cluster = connect(local);
    await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
    const container = { name: "web", image: local.images.demo, command: ["node", "-e", server] };
    const template = { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 0 } };
    const body = { metadata: { name: "web" }, spec: { selector: { matchLabels: labels }, template } };
    await cluster.apps.createNamespacedDeployment({ namespace, body });
    await make("web", { type: "ClusterIP" });
  });

  after("remove it", async () => {
    if (suite.cluster !== undefined) return;
    await orUndefined(cluster.core.deleteNamespace({ name: namespace }));
    await eventually(
      "the namespace to be gone",
      60,
      async () => !(await orUndefined(cluster.core.readNamespace({ name: namespace }))),
    );
  });

  const make = (name: string, spec: V1ServiceSpec) => {
    const all = { selector: labels, ports: [{ port: 80, targetPort: 8080 }], type: "LoadBalancer", ...spec };
    return cluster.core.createNamespacedService({ namespace, body: { metadata: { name }, spec: all } });
  };
  const read = (name: string) => cluster.core.readNamespacedService({ name, namespace });
  const remove = (name: string) => cluster.core.deleteNamespacedService({ name, namespace });
  const gone = (name: string) =>
    eventually(`Service ${name} to be gone`, 30, async () => !(await orUndefined(read(name))));
  const addressesOf = async (name: string) =>
    (await read(name)).status?.loadBalancer?.ingress?.map(({ ip = "" }) => ip) ?? [];
  const addressOf = (name: string) =>
    eventually(`Service ${name} to get an address`, 30, async () => (await addressesOf(name))[0]);
  /** What the server answers at an address, asked in a new connection. */
  const ask = async (address: string, seconds = 5) =>
    (await execa("curl", ["--silent", "--show-error", "--max-time", `${seconds}`, `http://${address}/`])).stdout;
  const answers = (address: string) => eventually(`an answer of ${address}`, 60, () => ask(address));

  it("is an address of its own for each Service of type LoadBalancer", async () => {
    await Promise.all([make("one", {}), make("two", { externalTrafficPolicy: "Local" })]);
    const [one, two] = await Promise.all([addressOf("one"), addressOf("two")]);
    const prefix = currentSettings().addresses.balancers.replace(/\d+\/28$/, "");
    assert.deepEqual([one, two].sort(), [`${prefix}32`, `${prefix}33`]);
    await answers(one);
    await answers(two);
    // The pod sees who asks only if nothing stands in between.
    assert.equal(await ask(two), `::ffff:${currentSettings().addresses.host}`);
  });

  it("is no address for a Service with a class, which is another's", async () => {
    await make("classed", { loadBalancerClass: "example.com/other" });
    // The one that comes after it has been served.
    await make("later", {});
    await addressOf("later");
    const { metadata, status } = await read("classed");
    assert.deepEqual([metadata?.finalizers, status?.loadBalancer?.ingress], [undefined, undefined]);
    await Promise.all(["classed", "later"].map(remove));
    await gone("later");
  });

  it("is the address of a Service that was deleted", async () => {
    const address = await addressOf("one");
    await remove("one");
    await gone("one");
    await make("three", {});
    assert.equal(await addressOf("three"), address);
    await answers(address);
  });

  it("is refused to who is not in the source ranges", async () => {
    await make("ranged", { loadBalancerSourceRanges: ["192.0.2.0/24"] });
    const address = await addressOf("ranged");
    const refused = () =>
      ask(address, 2).then(
        () => false,
        ({ exitCode }: { exitCode?: number }) => exitCode === 28,
      );
    // Before kube-proxy knows the address nobody has it, which is another error than silence.
    await eventually("packets to be dropped", 30, refused);
    const body = { spec: { loadBalancerSourceRanges: [`${currentSettings().addresses.host}/32`] } };
    const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await cluster.core.patchNamespacedService({ name: "ranged", namespace, body }, options);
    await answers(address);
    await remove("ranged");
    await gone("ranged");
  });

  it("is kept by a Service while the load balancer restarts, and given back by one that is deleted meanwhile", async () => {
    const [two, three] = [await addressOf("two"), await addressOf("three")];
    await withoutLoadBalancer(async () => {
      await remove("two");
      await make("four", {});
      await answers(three);
    });
    await gone("two");
    const four = await addressOf("four");
    assert.notEqual(four, three);
    assert.equal(await addressOf("three"), three);
    await make("five", {});
    const all = [three, four, await addressOf("five")];
    assert.equal(new Set(all).size, 3);
    assert.ok(all.includes(two));
  });

  it("is nothing while all are taken, which an event says, until one is given back", async () => {
    // Three are there.
    const names = Array.from({ length: 13 }, (_, index) => `more-${index}`);
    await Promise.all(names.map((name) => make(name, {})));
    await Promise.all(names.map(addressOf));
    await make("late", {});
    const fieldSelector = "involvedObject.name=late,reason=SyncLoadBalancerFailed";
    const message = await eventually("an event", 30, async () => {
      const { items } = await cluster.core.listNamespacedEvent({ namespace, fieldSelector });
      return items[0]?.message;
    });
    assert.equal(message, full);
    assert.deepEqual(await addressesOf("late"), []);
    const freed = await addressOf("more-0");
    await remove("more-0");
    assert.equal(await addressOf("late"), freed);
    await Promise.all([...names.slice(1), "late"].map(remove));
  });

  it("is HTTPS with the certificate of an Ingress's Secret, by server name", async () => {
    const host = "tls.node-balancer.localhost";
    const { certificate, key } = selfSigned(host);
    const stringData = { "tls.crt": certificate, "tls.key": key };
    await cluster.core.createNamespacedSecret({
      namespace,
      body: { metadata: { name: "certificate" }, type: "kubernetes.io/tls", stringData },
    });
    await ingress("tls", "traefik", host, {}, [{ hosts: [host], secretName: "certificate" }]);
    const { port, tlsPort } = local.ingress;
    const at = (url: string) => execa("curl", ["--silent", "--insecure", "--fail", url]);
    await eventually("an answer", 60, () => at(`https://${host}:${tlsPort}/`));
    assert.match((await at(`http://${host}:${port}/`)).stdout, /^::ffff:10\.98\./);
    await eventually("the handshake with that certificate", 30, async () => {
      const socket = connectWithTls({ host: "127.0.0.1", port: tlsPort, servername: host, ca: certificate });
      await once(socket, "secureConnect", { signal: AbortSignal.timeout(5000) }).finally(() => socket.destroy());
      return true;
    });
  });

  it("is ingress-nginx's annotations on an Ingress of class nginx, which gets an address too", async () => {
    const host = "nginx.node-balancer.localhost";
    const prefix = "nginx.ingress.kubernetes.io";
    await ingress("nginx", "nginx", host, {
      [`${prefix}/affinity`]: "cookie",
      [`${prefix}/session-cookie-name`]: "pod",
    });
    const { host: address, port } = local.ingress;
    const cookie = await eventually("a cookie", 60, async () => {
      const command = ["--silent", "--fail", "--include", "--header", `Host: ${host}`, `http://${address}:${port}/`];
      return /^set-cookie: pod=\S+; (.*)$/im.exec((await execa("curl", command)).stdout)?.[1]?.trim();
    });
    assert.equal(cookie, "Path=/; HttpOnly");
    const status = await eventually("an address in its status", 30, async () => {
      const found = await cluster.networking.readNamespacedIngress({ name: "nginx", namespace });
      return found.status?.loadBalancer?.ingress?.map(({ ip }) => ip);
    });
    assert.deepEqual(status, [currentSettings().addresses.node]);
  });

  async function ingress(
    name: string,
    className: string,
    host: string,
    annotations: Record<string, string>,
    tls?: { hosts: string[]; secretName: string }[],
  ): Promise<void> {
    const backend = { service: { name: "web", port: { number: 80 } } };
    const rules = [{ host, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
    const body = { metadata: { name, annotations }, spec: { ingressClassName: className, rules, tls } };
    await cluster.networking.createNamespacedIngress({ namespace, body });
  }
});
