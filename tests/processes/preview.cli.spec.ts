import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Kinds by group and version: what is cluster-wide, and what is looked for to be deleted. */
const served: Record<string, string[]> = {
  "/api/v1": ["Namespace", "PersistentVolume", "Service", "ConfigMap", "Secret"],
  "/apis/storage.k8s.io/v1": ["StorageClass"],
  "/apis/rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding"],
  "/apis/autoscaling/v2": ["HorizontalPodAutoscaler"],
  "/apis/apps/v1": ["Deployment", "StatefulSet"],
  "/apis/batch/v1": ["CronJob"],
  "/apis/policy/v1": ["PodDisruptionBudget"],
  "/apis/networking.k8s.io/v1": ["NetworkPolicy", "Ingress"],
};
const clusterWide = /^(Namespace|PersistentVolume|StorageClass|ClusterRole(Binding)?)$/;
const pluralOf = (kind: string) =>
  kind
    .toLowerCase()
    .replace(/(?<=s)$/, "e")
    .replace(/y$/, "ie") + "s";

/** Answers as the API server of a cluster that has nothing, and takes everything. */
async function answer(request: IncomingMessage, response: ServerResponse, patches: string[]): Promise<void> {
  const { pathname, search } = new URL(request.url ?? "", "http://api");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reply = (code: number, body: object) =>
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.method === "PATCH") {
    patches.push(`${pathname}${search}`);
    return void reply(200, JSON.parse(Buffer.concat(chunks).toString()) as object);
  }
  const kinds = served[pathname];
  if (kinds !== undefined) {
    const resources = kinds.map((kind) => ({ kind, name: pluralOf(kind), namespaced: !clusterWide.test(kind) }));
    return void reply(200, { resources });
  }
  if (search.includes("labelSelector=")) return void reply(200, { items: [] });
  reply(404, { kind: "Status", code: 404, message: `${pathname} not found` });
}

describe("npm run preview", () => {
  let folder: string;
  const patches: string[] = [];
  const server = createServer((request, response) => void answer(request, response, patches));

  before("an engine that tells what it is asked, and an API server", async () => {
    folder = await mkdtemp(join(tmpdir(), "preview-"));
    const engine = ["#!/bin/sh", '[ "$1" = version ] && exit', 'echo "$@"', 'exit "$ENGINE_EXIT"'];
    await writeFile(join(folder, "pulumi"), engine.join("\n"), { mode: 0o755 });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const kubeconfig = {
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "fake", user: {} }],
      contexts: ["kind-dev", "other"].map((name) => ({ name, context: { cluster: "fake", user: "fake" } })),
    };
    await writeFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
  });

  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  /** Runs the script `preview` of package.json, without npm, which costs half a second each time. */
  async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
    const { scripts } = JSON.parse(await readFile(`${root}/package.json`, "utf8")) as { scripts: { preview: string } };
    assert.equal(scripts.preview, "tsx cli/preview.ts");
    const surroundings = {
      ...process.env,
      PATH: `${folder}:${process.env.PATH}`,
      KUBECONFIG: join(folder, "kubeconfig"),
      ...env,
    };
    return new Promise<{ code: number; lines: string[]; stderr: string }>((done) => {
      const command = ["--import", "tsx", "cli/preview.ts", ...args];
      execFile(process.execPath, command, { cwd: root, env: surroundings }, (error, stdout, stderr) =>
        done({ code: Number(error?.code ?? 0), lines: stdout.trimEnd().split("\n"), stderr }),
      );
    });
  }

  it("asks the engine where there is one, policies included, and ends as it does", async () => {
    const good = await run(["dev"], { ENGINE_EXIT: "0" });
    assert.deepEqual(good, { code: 0, lines: ["preview --stack dev --diff --policy-pack policy"], stderr: "" });
    const changed = await run(["dev", "--expect-no-changes"], { ENGINE_EXIT: "7" });
    const line = "preview --stack dev --diff --policy-pack policy --expect-no-changes";
    assert.deepEqual(changed, { code: 7, lines: [line], stderr: "" });
  });

  it("tries the manifests on the stack's cluster, and changes nothing", async () => {
    const { code, lines, stderr } = await run(["dev", "--manifests"]);
    const [title, first, ...rest] = lines;
    assert.equal(stderr, "");
    assert.equal(title, "stack dev on context kind-dev, by a dry run of its rendered manifests:");
    assert.equal(first, "+ Namespace session-stack-dev");
    assert.match(rest.at(-1) ?? "", /^\d+ to create, 0 to change, 0 to delete, 0 unchanged$/);
    assert.ok(
      rest.includes("+ Deployment session-stack-dev/app (not tried: namespace session-stack-dev is not there yet)"),
    );
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(
      patches.includes("/api/v1/namespaces/session-stack-dev?dryRun=All&fieldManager=session-stack&force=true"),
    );
    assert.deepEqual(
      patches.filter((patch) => !patch.includes("dryRun=All")),
      [],
    );
  });

  it("takes another context, and fails where no change was expected", async () => {
    const { code, lines } = await run(["dev", "--context", "other", "--expect-no-changes"]);
    assert.equal(lines[0], "stack dev on context other, by a dry run of its rendered manifests:");
    assert.equal(code, 7);
  });

  it("says which contexts and stacks there are", async () => {
    const [context, stack] = await Promise.all([run(["dev", "--context", "nowhere"]), run(["nowhere", "--manifests"])]);
    assert.equal(context.stderr, 'the kubeconfig has no context "nowhere"; it has: kind-dev, other\n');
    assert.match(stack.stderr, /^there is no Pulumi\.nowhere\.yaml; stacks: /);
    assert.deepEqual([context.code, stack.code], [1, 1]);
  });
});
