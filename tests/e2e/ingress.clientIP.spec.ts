import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { eventually, until } from "../../deploy/eventually.ts";
import { deployStack, destroyStack, type DeployedStack, type StackOptions } from "../../deploy/stack.ts";
import { namespaceCommand, restartKubeProxy } from "../../local/faults.ts";
import type { Overrides } from "../../render/stackFile.ts";
import { openEnvironment } from "./environment.ts";
import { moved, visitorsOf } from "./ingress/visitors.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";
import { deletePod, podNames, settled, type Pods } from "./proof/pods.ts";
import type { Session } from "./proof/browser.ts";

/** Seconds after a client's last connection until it may be sent to another pod: longer than a round of visits, and short. */
const timeouts = { long: 600, short: 2 };

const replicas = 3;

/** Client addresses: of the node's loopback, from which connections to the Service are like those of other machines. */
const clients = Array.from({ length: 8 }, (_, index) => `127.77.0.${index + 1}`);

// kube-proxy's real rules, in the local node's network.

describe("affinity of the Service by the client's address", function () {
  this.timeout(300_000);
  let options: StackOptions;
  let stack: DeployedStack;
  let pods: Pods;
  let url: string;
  let folder: string;

  const deploy = async (timeoutSeconds: number, count = replicas, overrides: Overrides = {}) => {
    const given = { affinity: { kind: "clientIP", timeoutSeconds }, "app.replicas": count, ...overrides };
    stack = await deployStack({ ...options, overrides: { ...options.overrides, ...given } });
    pods = { cluster: stack.cluster, namespace: stack.outputs.namespace };
    await settled(pods, stack.outputs.app.name);
  };

  before("a stack of its own", async function () {
    if (suite.cluster !== undefined) this.skip(); // The clients are in the local node's network.
    folder = await mkdtemp(join(tmpdir(), "session-stack-clients-"));
    options = await ownStack("client-ip", await openEnvironment(), {
      "store.replicas": 0,
      ingress: null,
      affinity: { kind: "clientIP" },
    });
    await deploy(timeouts.long);
    const { name, namespace } = { name: stack.outputs.app.service, namespace: pods.namespace };
    const { spec } = await stack.cluster.core.readNamespacedService({ name, namespace });
    url = `http://${spec?.clusterIP}:${stack.outputs.app.port}`;
  });
  after("destroy it", async () => {
    if (options !== undefined) await destroyStack(options);
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** One request over a new connection from one of the addresses, with that client's cookies. */
  const ask = async (client: string, path: string, body?: string): Promise<Session> => {
    const jar = join(folder, client);
    const sent = body === undefined ? [] : ["--header", "content-type: application/json", "--data", body];
    const curl = [
      "curl",
      "-sf",
      "--max-time",
      "5",
      "--interface",
      client,
      "-b",
      jar,
      "-c",
      jar,
      ...sent,
      `${url}/${path}`,
    ];
    const [program = "", ...args] = namespaceCommand(curl);
    return JSON.parse((await execa(program, args)).stdout) as Session;
  };
  /** The pod that each client meets; every one is still logged in. */
  const places = async (): Promise<Map<string, string>> => {
    const met = new Map<string, string>();
    for (const client of clients) {
      const session = await eventually(`an answer to ${client}`, 30, () => ask(client, "api/session"));
      assert.deepEqual([session.loggedIn, session.name], [true, client]);
      met.set(client, session.pod);
    }
    return met;
  };

  /** Waits until the node goes by a time-out: kube-proxy writes its rules some seconds after pods are ready. */
  const rulesHave = (timeoutSeconds: number, count = replicas) =>
    eventually(`a rule of ${timeoutSeconds} s for each pod`, 30, async () => {
      const [program = "", ...args] = namespaceCommand(["iptables-save", "-t", "nat"]);
      const { stdout } = await execa(program, args);
      const ours = stdout.split("\n").filter((line) => line.includes(`"${pods.namespace}/app:http -> `));
      const checks = ours.filter((line) => line.includes(`-m recent --rcheck --seconds ${timeoutSeconds} --reap `));
      return checks.length === count;
    });

  it("is kept by kube-proxy's rules for as long as was asked", () => rulesHave(timeouts.long));

  it("leads each address to one pod, and addresses to several", async () => {
    for (const client of clients)
      await eventually("a login", 30, () => ask(client, "api/login", `{"name":"${client}"}`));
    const first = await places();
    assert.ok(new Set(first.values()).size > 1, "all met one pod");
    for (let round = 0; round < 3; round += 1) assert.deepEqual(await places(), first);
  });

  it("moves those of a lost pod, and nobody else", async () => {
    const before = await places();
    const [lost = ""] = before.values();
    await deletePod(pods, lost);
    // Nobody is to be forgotten meanwhile.
    const after = await until("the pod to be replaced", 60, async () => {
      const now = await places();
      return [...now.values()].includes(lost) ? undefined : now;
    });
    for (const [client, pod] of before) if (pod !== lost) assert.equal(after.get(client), pod, `${client} moved`);
    await settled(pods, stack.outputs.app.name);
    await rulesHave(timeouts.long);
  });

  it("moves nobody when kube-proxy is restarted", async () => {
    const before = await places();
    await restartKubeProxy();
    assert.deepEqual(await places(), before);
  });

  it("moves nobody when pods are added, and those of the pods that go when there shall be fewer", async () => {
    const before = await places();
    await deploy(timeouts.long, 5);
    await rulesHave(timeouts.long, 5);
    assert.deepEqual(await places(), before);
    await deploy(timeouts.long, 2);
    await rulesHave(timeouts.long, 2);
    const [after, left] = [await places(), await podNames(pods)];
    assert.deepEqual(
      moved(before, after),
      visitorsOf(before, (pod) => !left.includes(pod)),
    );
  });

  it("moves everybody in a rollout", async () => {
    const before = await places();
    await deploy(timeouts.long, replicas, { "app.env": { RELEASE: "2" } });
    await rulesHave(timeouts.long);
    assert.deepEqual(
      moved(before, await places()),
      visitorsOf(before, () => true),
    );
  });

  it("forgets an address that was silent for so long", async () => {
    await deploy(timeouts.short);
    await rulesHave(timeouts.short);
    const [client = ""] = clients;
    const { pod } = await ask(client, "api/pod");
    let last = Date.now();
    // Chosen anew by chance, it is the same one in three.
    await until(`${client} to meet another pod than ${pod}`, 120, async () => {
      if (Date.now() - last < (timeouts.short + 1) * 1000) return false;
      const met = await ask(client, "api/pod");
      last = Date.now();
      return met.pod !== pod;
    });
  });
});
