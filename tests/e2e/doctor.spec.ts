import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import type { Environment } from "../../cli/environment.ts";
import { connect, type Cluster } from "../../deploy/cluster.ts";
import { deployStack, renderFor, type StackOptions } from "../../deploy/stack.ts";
import { examine } from "../../doctor/examine.ts";
import type { Finding } from "../../doctor/finding.ts";
import { stackOf } from "../../doctor/stack.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { ownStack } from "./ownStack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function findingsOf(options: Omit<StackOptions, "keeper">, cluster = connect(options.target)) {
  const stack = stackOf(options.stack, await renderFor(options));
  return examine(stack, cluster, options.target.context);
}

const rows = (findings: Finding[]) => findings.map(({ status, check, found }) => [status, check, found].join(" | "));
const withStatus = (findings: Finding[], ...wanted: Finding["status"][]) =>
  findings.filter(({ status }) => wanted.includes(status));

describe("the doctor", () => {
  let environment: Environment;

  before("a cluster with the stack on it", async () => {
    environment = await openEnvironment();
    await deployStack(environment.options);
  });

  it("finds nothing wrong with a stack that runs", async () => {
    const findings = await findingsOf(environment.options);
    // Of a cluster that is not known, not everything can be.
    const wrong = withStatus(findings, "fail", ...(suite.cluster === undefined ? (["warn", "unknown"] as const) : []));
    assert.deepEqual(rows(wrong), []);
    assert.ok(findings.length > 10, `${findings.length} rows`);
  });

  it("says so on the command line", async () => {
    const { stack } = environment.options;
    const context = suite.cluster === undefined ? [] : ["--context", suite.cluster.context];
    const { stdout, exitCode } = await execa("npm", ["run", "-s", "doctor", "--", stack, ...context], { cwd: root });
    assert.equal(exitCode, 0);
    assert.match(stdout, new RegExp(`\n\nstack ${stack} on .*: \\d+ ok`));
  });

  it("tells everything that is broken at once, and fails on the command line", async function () {
    if (suite.cluster !== undefined) this.skip(); // What else is on that cluster is not known.
    const server = String(environment.options.overrides?.["storage.nfs.server"]);
    const broken = await ownStack("doctor", environment, {
      "namespace.create": false,
      "storage.className": "nfs-client",
      "storage.nfs.mountOptions": ["nfsvers=4.1", "port=1"],
      "app.secretEnv": { DATABASE: { name: "database", key: "url" } },
      "app.scheduling": { priorityClassName: "none" },
      "ingress.className": "none",
    });
    assert.deepEqual(rows(withStatus(await findingsOf(broken), "fail", "warn")), [
      "fail | namespace | there is no namespace session-stack-doctor, and session-stack:namespace.create is false",
      "fail | secrets | there is no Secret session-stack-doctor/database, which the pods of Deployment session-stack-doctor/app take url from",
      "fail | priority class | there is no PriorityClass none, which session-stack:app.scheduling.priorityClassName names",
      "fail | storage class | nfs-client belongs to session-stack-local (provisioner session-stack-local/nfs-subdir)",
      `warn | NFS server | this machine does not reach ${server}:1 (ECONNREFUSED); its nodes may`,
      "fail | ingress class | there is no IngressClass none, so no controller takes the Ingress; there are: nginx, traefik",
    ]);
    const { exitCode } = await execa("npm", ["run", "-s", "doctor", "--", "local", "--context", "none"], {
      cwd: root,
      reject: false,
    });
    assert.equal(exitCode, 1);
  });

  describe("with an account that may do nothing", () => {
    const namespace = "session-stack-visitor";
    let folder: string;
    let cluster: Cluster;

    before("its kubeconfig", async () => {
      folder = mkdtempSync(join(tmpdir(), "doctor-"));
      const admin = connect(environment.options.target);
      await admin.core.createNamespace({ body: { metadata: { name: namespace } } });
      await admin.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: "visitor" } } });
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, await visitorsConfig(admin, namespace), { mode: 0o600 });
      cluster = connect({ kubeconfig, context: "visitor" });
    });
    after("remove it", async () => {
      rmSync(folder, { recursive: true });
      await connect(environment.options.target).core.deleteNamespace({ name: namespace });
    });

    it("tells what that may not do, and of the rest that it is not known", async () => {
      const findings = await findingsOf(environment.options, cluster);
      const failed = [...new Set(withStatus(findings, "fail").map(({ check }) => check))];
      assert.ok(failed.includes("permissions"), failed.join(", "));
      assert.deepEqual(
        failed.filter((check) => check !== "permissions" && check !== "grants"),
        [],
      );
      const unknown = withStatus(findings, "unknown").map(({ check }) => check);
      for (const check of ["nodes", "namespace", "quota", "limits"]) assert.ok(unknown.includes(check), check);
      const deployments = `this account may not get, list, create, patch, delete deployments.apps in namespace session-stack`;
      if (suite.cluster === undefined) assert.ok(findings.some(({ found }) => found === deployments));
    });
  });
});

/** A kubeconfig of the ServiceAccount `visitor`, for ten minutes. */
async function visitorsConfig({ config, core }: Cluster, namespace: string): Promise<string> {
  const body = { spec: { audiences: [], expirationSeconds: 600 } };
  const { status } = await core.createNamespacedServiceAccountToken({ namespace, name: "visitor", body });
  const visitor = new KubeConfig();
  const current = config.getCurrentCluster();
  assert.ok(current && status);
  visitor.loadFromClusterAndUser(current, { name: "visitor", token: status.token });
  visitor.setCurrentContext("visitor");
  const [context] = visitor.contexts;
  assert.ok(context);
  visitor.contexts = [{ ...context, name: "visitor" }];
  return visitor.exportConfig();
}
