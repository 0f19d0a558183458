import assert from "node:assert/strict";
import { AutoscalingV2Api, type V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import { execa } from "execa";
import { connect, orUndefined, type Cluster } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { client, metricsReady } from "../../local/kubernetes.ts";
import { up, type LocalCluster } from "../../local/node.ts";
import { suite } from "./options.ts";

const namespace = "node-metrics";
const name = "busy";
const labels = { app: name };

describe("the metrics of the local node", function () {
  this.timeout(120_000);
  let local: LocalCluster;
  let cluster: Cluster;
  let scaling: AutoscalingV2Api;

  before("a pod that uses all the CPU time it may have", async function () {
    if (suite.cluster !== undefined) this.skip();
    local = await up({ quiet: true });
    cluster = connect(local);
    scaling = client(local.kubeconfig, AutoscalingV2Api);
    await cluster.core.createNamespace({ body: { metadata: { name: namespace } } });
    const resources = { requests: { cpu: "40m", memory: "16Mi" }, limits: { cpu: "60m", memory: "64Mi" } };
    const container = { name, image: local.images.redis, command: ["sh", "-c", "while :; do :; done"], resources };
    const template = { metadata: { labels }, spec: { containers: [container], terminationGracePeriodSeconds: 0 } };
    const body = { metadata: { name }, spec: { replicas: 1, selector: { matchLabels: labels }, template } };
    await cluster.apps.createNamespacedDeployment({ namespace, body });
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

  /** Lines of kubectl top, by words. */
  const top = async (...args: string[]) => {
    const command = [`--kubeconfig=${local.kubeconfig}`, "top", ...args, "--no-headers"];
    const { stdout } = await execa(local.kubectl, command);
    return stdout.split("\n").map((line) => line.trim().split(/\s+/));
  };

  it("tell what the node uses", async () => {
    await eventually("metrics of the node", 60, () => metricsReady(local.kubeconfig));
    const lines = await top("nodes");
    assert.equal(lines[0]?.[0], "node");
    const [cpu, , memory] = lines[0].slice(1);
    assert.match(`${cpu} ${memory}`, /^[1-9]\d*m [1-9]\d*Mi$/);
  });

  it("tell what a pod uses, which is its limit while it is busy", async () => {
    const [cpu = "", memory = ""] = await eventually("metrics of the pod", 60, async () => {
      const line = (await top("pods", "--all-namespaces")).find(([space]) => space === namespace);
      return line?.slice(2);
    });
    const used = Number(/^(\d+)m$/.exec(cpu)?.[1]);
    assert.ok(used >= 40 && used <= 80, `${cpu} of 60m`);
    assert.match(memory, /^\d+Mi$/);
  });

  it("tell what a pod of the system uses", async () => {
    const lines = await top("pods", "--namespace=kube-system");
    assert.match(lines.map((line) => line.join(" ")).join("\n"), /^coredns-\S+ \d+m [1-9]\d*Mi$/);
  });

  it("make an autoscaler scale", async () => {
    const spec: V2HorizontalPodAutoscaler["spec"] = {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: 1,
      maxReplicas: 2,
      metrics: [
        { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
      ],
    };
    await scaling.createNamespacedHorizontalPodAutoscaler({ namespace, body: { metadata: { name }, spec } });
    const replicas = async () => (await cluster.apps.readNamespacedDeployment({ name, namespace })).spec?.replicas;
    await eventually("a second pod", 60, async () => (await replicas()) === 2);
    const { status } = await scaling.readNamespacedHorizontalPodAutoscaler({ name, namespace });
    const percent = status?.currentMetrics?.[0]?.resource?.current.averageUtilization ?? 0;
    assert.ok(percent >= 100 && percent <= 200, `${percent} % of the request`);
  });
});
