import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import nginxStateful from "../examples/nginx-stateful/index.ts";
import { describe as objectName } from "../render/objects.ts";
import { renderProgram } from "../render/program.ts";
import { projectName, readStackFile, type Overrides } from "../render/stackFile.ts";

// What the objects do on a cluster is proved by tests/e2e/app.nginx.spec.ts.

const folder = fileURLToPath(new URL("../examples/nginx-stateful", import.meta.url));

async function render(overrides: Overrides = {}) {
  const settings = { project: projectName(folder), stack: "local", ...readStackFile("local", overrides, folder) };
  const { objects, outputs } = await renderProgram(nginxStateful, settings);
  const set = objects.find(({ kind }) => kind === "StatefulSet");
  assert.ok(set?.spec !== undefined);
  return { objects, outputs, set: set.spec as unknown as StatefulSetSpec };
}

interface StatefulSetSpec {
  replicas: number;
  podManagementPolicy: string;
  minReadySeconds: number;
  updateStrategy: unknown;
  volumeClaimTemplates: unknown;
  template: { spec: { securityContext: unknown; containers: { image: string; securityContext: unknown }[] } };
}

describe("the example nginx-stateful", () => {
  it("is rendered with its own project's name and stack file", async () => {
    const { objects, outputs } = await render();
    assert.deepEqual(
      objects.map((object) => objectName(object).replace(/[0-9a-f]{10}$/, "HASH")),
      [
        "Namespace nginx-stateful",
        "ConfigMap nginx-stateful/web-HASH",
        "Service nginx-stateful/web-pods",
        "StatefulSet nginx-stateful/web",
      ],
    );
    assert.deepEqual(
      new Set(objects.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/instance"])),
      new Set(["nginx-stateful-local"]),
    );
    assert.deepEqual(outputs, { namespace: "nginx-stateful", pods: "web-<number>.web-pods.nginx-stateful.svc" });
  });

  it("runs restricted on a read-only root, from an image with a version", async () => {
    const { spec } = (await render()).set.template;
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 101,
      runAsGroup: 101,
      seccompProfile: { type: "RuntimeDefault" },
      fsGroup: 101,
      fsGroupChangePolicy: "OnRootMismatch",
    });
    assert.deepEqual(
      spec.containers.map(({ securityContext }) => securityContext),
      [{ allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true }],
    );
    assert.match(spec.containers[0]?.image ?? "", /^docker\.io\/nginxinc\/nginx-unprivileged:\d+\.\d+\.\d+-alpine$/);
  });

  it("has options", async () => {
    const { set } = await render({
      replicas: 5,
      order: "parallel",
      partition: 2,
      minReadySeconds: 3,
      size: "2Gi",
      storageClassName: "block",
      image: "registry.example/nginx:1",
    });
    assert.deepEqual([set.replicas, set.podManagementPolicy, set.minReadySeconds], [5, "Parallel", 3]);
    assert.deepEqual(set.updateStrategy, { type: "RollingUpdate", rollingUpdate: { partition: 2 } });
    const labels = { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "nginx-stateful-local" };
    const resources = { requests: { storage: "2Gi" } };
    assert.deepEqual(set.volumeClaimTemplates, [
      {
        metadata: { name: "pages", labels },
        spec: { accessModes: ["ReadWriteOnce"], storageClassName: "block", resources },
      },
    ]);
    assert.equal(set.template.spec.containers[0]?.image, "registry.example/nginx:1");
  });
});
