import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { metricsPort } from "../../components/redis/metrics.ts";
import * as names from "../../components/redis/names.ts";
import { connect } from "../../deploy/cluster.ts";
import { eventually } from "../../deploy/eventually.ts";
import { exec } from "../../deploy/exec.ts";
import { deployStack, destroyStack, renderFor, type StackOptions } from "../../deploy/stack.ts";
import { openEnvironment } from "./environment.ts";
import { proofContext, type ProofContext } from "./proof/context.ts";
import { askStore, deletePod, isReady, podGone, readPod, readySuccessor } from "./proof/pods.ts";
import { visit, visitorName, visitThrough, visitUntil } from "./proof/visits.ts";
import { openTunnel } from "./rotate/storeClient.ts";
import * as certificates from "./store/certificates.ts";
import { isUp } from "./store/metrics.ts";
import { ownStack } from "./ownStack.ts";

const [primary, replica] = ["redis-0", "redis-1"] as const;

describe("a store with TLS", () => {
  let options: StackOptions | undefined;
  let context: ProofContext;
  let current: certificates.Certificates;

  before("a stack of its own, its certificates, a visitor", async () => {
    const environment = await openEnvironment();
    const wanted = await ownStack("tls", environment, {
      ...environment.exporter,
      "store.tls": { secretName: certificates.tlsSecret },
      "store.replicas": 1,
      "app.replicas": 2,
      "ingress.hosts": [{ host: "tls.localhost" }],
    });
    const { outputs } = await renderFor(wanted);
    current = certificates.newCertificates(outputs.namespace);
    options = wanted;
    await certificates.createWithNamespace(connect(wanted.target), outputs.namespace, current);
    const stack = await deployStack(wanted);
    context = proofContext(stack, await environment.endpoint(stack), { report: () => undefined });
    await eventually("the Ingress to lead to the application", 60, () => context.visitor.login(visitorName));
  });

  after("destroy it", () => options && destroyStack(options));

  const replicaIs = (state: "up" | "down", seconds: number) =>
    eventually(`the replica's link to be ${state}`, seconds, async () =>
      (await askStore(context, replica, "info", "replication")).includes(`master_link_status:${state}`),
    );

  /** Ends connections of a kind to a member: what comes anew has to agree on TLS anew. */
  const cut = async (member: string, kind: "normal" | "master") =>
    assert.match(await askStore(context, member, "client", "kill", "type", kind), /^[1-9]\d*$/);

  it("has members in step, and an exporter that reaches each", async () => {
    await replicaIs("up", 30);
    assert.equal(await askStore(context, primary, "set", "sess:tls", "copied"), "OK");
    await eventually(
      "the replica to have it",
      30,
      async () => (await askStore(context, replica, "get", "sess:tls")) === "copied",
    );
    for (const member of [primary, replica]) {
      await eventually(`the exporter of ${member} to reach it`, 30, () => isUp(context.stack, member));
    }
  });

  it("listens on no port in plain text", async () => {
    for (const member of [primary, replica]) {
      assert.deepEqual(await certificates.listeningPorts(context, member), [names.port, metricsPort]);
      const ping = (...flags: string[]) =>
        exec(context.cluster, context.namespace, member, ["valkey-cli", "-h", "127.0.0.1", ...flags, "ping"]);
      assert.match(await ping("--tls", "--cacert", "/etc/session-store-tls/ca.crt"), /^NOAUTH /);
      await assert.rejects(ping(), /I\/O error|Connection reset|Server closed/);
    }
  });

  it("shows clients a certificate of the authority, for the name in the URL", async () => {
    const { cluster, namespace } = context;
    const { data } = await cluster.core.readNamespacedSecret({ name: names.secret, namespace });
    const url = new URL(Buffer.from(data?.url ?? "", "base64").toString());
    assert.deepEqual([url.protocol, url.hostname], ["rediss:", names.clientHost(namespace)]);
    const tunnel = await openTunnel(context.stack, primary);
    try {
      const { serialNumber } = await certificates.shownCertificate(tunnel, current["ca.crt"], url.hostname);
      assert.equal(serialNumber, serialOf(current));
    } finally {
      await tunnel.close();
    }
  });

  it("keeps the session when a pod of the application goes, then the primary", async () => {
    const { pod } = await visit(context);
    const uid = await deletePod(context, pod);
    await visitUntil(context, "another pod to answer", (session) => session.pod !== pod);
    await podGone(context, pod, uid);
    const old = await deletePod(context, primary);
    await readySuccessor(context, primary, old);
    await visitThrough(context, () => Promise.resolve(true));
    await visit(context);
  });

  it("lets no replica follow a server that its authority does not vouch for", async () => {
    await replicaIs("up", 60);
    const stranger = certificates.newCertificates(context.namespace)["ca.crt"];
    const file = "/run/session-store/stranger.crt";
    const write = ["sh", "-c", `head -c ${stranger.length} >${file}`];
    await exec(context.cluster, context.namespace, replica, write, stranger);
    const trust = (path: string) => askStore(context, replica, "config", "set", "tls-ca-cert-file", path);
    assert.equal(await trust(file), "OK");
    try {
      await cut(replica, "master");
      await replicaIs("down", 30);
      await eventually("the replica to say why", 30, async () => {
        const { cluster, namespace } = context;
        const log = await cluster.core.readNamespacedPodLog({ name: replica, namespace, container: "redis" });
        if (!log.includes("certificate verify failed")) throw new Error(log.slice(-1500));
        return true;
      });
    } finally {
      assert.equal(await trust("/etc/session-store-tls/ca.crt"), "OK");
    }
    await replicaIs("up", 60);
  });

  it("goes on with certificates of another authority without a restart: servers, replica, exporter, application", async () => {
    const before = await Promise.all([primary, replica].map((member) => readPod(context, member)));
    current = certificates.newCertificates(context.namespace);
    await certificates.renew(context, current);
    for (const member of [primary, replica]) {
      const tunnel = await openTunnel(context.stack, member);
      const shown = () => certificates.shownCertificate(tunnel, current["ca.crt"], names.clientHost(context.namespace));
      try {
        const { serialNumber } = await eventually(`${member} to show the new certificate`, 90, shown);
        assert.equal(serialNumber, serialOf(current));
      } finally {
        await tunnel.close();
      }
    }
    await cut(replica, "master");
    await cut(primary, "normal");
    await visitThrough(context, () => Promise.resolve(true));
    await visit(context);
    await replicaIs("up", 60);
    for (const member of [primary, replica]) {
      await eventually(`the exporter of ${member} to reach it`, 60, () => isUp(context.stack, member));
    }
    const after = await Promise.all([primary, replica].map((member) => readPod(context, member)));
    const same = (pods: typeof before) =>
      pods.map(({ metadata, status }) => [metadata?.uid, status?.containerStatuses?.map((one) => one.restartCount)]);
    assert.deepEqual(same(after), same(before));
    await eventually("both members to be ready", 30, async () =>
      (await Promise.all([primary, replica].map((member) => readPod(context, member)))).every(isReady),
    );
  });
});

const serialOf = (one: certificates.Certificates): string => new X509Certificate(one["tls.crt"]).serialNumber;
