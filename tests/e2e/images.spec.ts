import assert from "node:assert/strict";
import { execa } from "execa";
import { eventually } from "../../deploy/eventually.ts";
import { up } from "../../local/node.ts";
import type { LocalCluster } from "../../local/node.ts";
import { suite } from "./options.ts";

/** What the scripts in the pods of the store call, beside the engine's own programs. */
const needed = ["flock", "sha256sum", "od", "head", "getent", "sed", "grep", "timeout", "stat", "find", "ps"];

const engines = {
  redis: { engine: "redis", version: /^8\.0\.\d+$/ },
  redisNext: { engine: "redis", version: /^8\.0\.\d+$/ },
  valkey: { engine: "valkey", version: /^8\.1\.\d+$/ },
  valkeyNext: { engine: "valkey", version: /^9\.\d+\.\d+$/ },
} as const;

type Engine = keyof typeof engines;
const names = Object.keys(engines) as Engine[];
const portOf = (name: Engine) => 6379 + names.indexOf(name);

describe("the images of the local node", function () {
  this.timeout(180_000);
  let local: LocalCluster;
  const pod = "images-test";

  const kubectl = async (args: string[], input = "") => {
    const target = [`--kubeconfig=${local.kubeconfig}`, `--context=${local.context}`, "--namespace=default"];
    return (await execa(local.kubectl, [...target, ...args], { input })).stdout;
  };
  const inside = (name: string, script: string) =>
    kubectl(["exec", pod, `--container=${name.toLowerCase()}`, "--", "sh", "-c", script]);

  before(async function () {
    if (suite.cluster !== undefined) this.skip();
    local = await up({ quiet: true });
    await kubectl(["apply", "-f", "-"], JSON.stringify(manifest()));
    await eventually("a pod of all images", 60, async () => {
      await kubectl(["wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=1s"]);
      return true;
    });
  });

  after(async () => {
    if (suite.cluster !== undefined) return;
    await kubectl(["delete", "pod", pod, "--ignore-not-found", "--grace-period=1"]);
  });

  for (const name of names) {
    const { engine, version } = engines[name];

    it(`${name}: is a ${engine} server that answers, with its tools and what scripts need`, async () => {
      assert.match(await versionOf(name), version);
      const commands = [...needed, ...["cli", "check-aof", "check-rdb"].map((tool) => `${engine}-${tool}`)];
      const found = await inside(name, `for c in ${commands.join(" ")}; do command -v $c; done`);
      assert.deepEqual(
        found.split("\n"),
        commands.map((command) => `/usr/bin/${command}`),
      );
    });

    it(`${name}: runs as a user with a name and holds nothing of the machine it was made on`, async () => {
      assert.equal(await inside(name, "id"), "uid=999(app) gid=999(app) groups=999(app)");
      assert.equal(await inside(name, "stat -c '%u:%g' /data"), "999:999");
      assert.equal(await inside(name, "find /etc/apt -type f"), "/etc/apt/apt.conf.d/70debconf");
    });
  }

  it("have a later patch of the same Redis", async () => {
    const patchOf = async (name: Engine) => Number((await versionOf(name)).split(".")[2]);
    assert.ok((await patchOf("redisNext")) > (await patchOf("redis")));
  });

  it("have an exporter that is set up by its environment alone", async () => {
    const metrics = await kubectl(["get", "--raw", `/api/v1/namespaces/default/pods/${pod}:9121/proxy/metrics`]);
    assert.match(metrics, /^redis_up 1$/m);
  });

  it("have a memcached that takes its own options as arguments", async () => {
    const log = await kubectl([
      "exec",
      pod,
      "--container=memcached",
      "--",
      "sh",
      "-c",
      "cat /proc/1/cmdline | tr '\\0' ' '",
    ]);
    assert.equal(log, "memcached -m 16 ");
  });

  async function versionOf(name: Engine): Promise<string> {
    const info = await inside(name, `${engines[name].engine}-cli -p ${portOf(name)} info server`);
    const field = engines[name].engine === "valkey" ? "valkey_version" : "redis_version";
    return new RegExp(`^${field}:(\\S+)`, "m").exec(info)?.[1] ?? info;
  }

  function manifest() {
    const servers = names.map((name) => {
      const port = portOf(name);
      return {
        name: name.toLowerCase(),
        image: local.images[name],
        args: [`${engines[name].engine}-server`, "--port", String(port), "--save", ""],
        readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
      };
    });
    const memcached = {
      name: "memcached",
      image: local.images.memcached,
      args: ["-m", "16"],
      readinessProbe: { tcpSocket: { port: 11211 }, periodSeconds: 1 },
    };
    const exporter = {
      name: "exporter",
      image: local.images.exporter,
      env: [{ name: "REDIS_ADDR", value: `redis://127.0.0.1:${portOf("valkey")}` }],
      readinessProbe: { httpGet: { path: "/health", port: 9121 }, periodSeconds: 1 },
    };
    const securityContext = { runAsNonRoot: true };
    const spec = { securityContext, containers: [...servers, memcached, exporter], terminationGracePeriodSeconds: 1 };
    return { apiVersion: "v1", kind: "Pod", metadata: { name: pod }, spec };
  }
});
