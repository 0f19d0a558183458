import assert from "node:assert/strict";
import { children } from "./mocks.ts";
import { create, labels, type } from "./apps.ts";

// That the application finds them is proved by the end-to-end topic "app".

describe("App's files", () => {
  const files = { "/etc/shop/b.yaml": "two", "/etc/shop/a.yaml": "one" };

  it("are in a ConfigMap that is named by their content, each mounted alone at its path", async () => {
    const { made, container, pod } = await create({ files, writable: [] });
    assert.deepEqual(made.find("kubernetes:core/v1:ConfigMap", "app-files-8185882337").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "app-files-8185882337", namespace: "shop", labels },
      immutable: true,
      data: { "file-0": "one", "file-1": "two" },
    });
    assert.deepEqual(container.volumeMounts, [
      { name: "files", mountPath: "/etc/shop/a.yaml", subPath: "file-0", readOnly: true },
      { name: "files", mountPath: "/etc/shop/b.yaml", subPath: "file-1", readOnly: true },
    ]);
    assert.deepEqual(pod.spec.volumes, [{ name: "files", configMap: { name: "app-files-8185882337" } }]);
  });

  it("are the same whatever order they are written in", async () => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    const both = [await create({ files }), await create({ files: turned })];
    assert.deepEqual(both[0]?.deployment, both[1]?.deployment);
    assert.deepEqual(...(both.map(({ made }) => children(made, type)) as [string[], string[]]));
  });

  it("are the application's alone", async () => {
    const beside = [{ name: "beside", image: "x:1" }];
    const { pod } = await create({
      files,
      writable: [],
      initContainers: beside,
      sidecars: [{ name: "b", image: "x:1" }],
    });
    for (const each of pod.spec.initContainers as object[]) assert.equal("volumeMounts" in each, false);
  });
});

describe("App's folders", () => {
  it("are empty ones that every container of the pod can write to", async () => {
    const { pod, container } = await create({
      writable: ["/tmp", "/var/cache"],
      initContainers: [{ name: "prepare", image: "x:1" }],
      sidecars: [{ name: "proxy", image: "x:1" }],
    });
    const mounts = [
      { name: "writable-0", mountPath: "/tmp" },
      { name: "writable-1", mountPath: "/var/cache" },
    ];
    const containers = [container, ...(pod.spec.initContainers as { volumeMounts?: unknown }[])];
    assert.deepEqual(
      containers.map(({ volumeMounts }) => volumeMounts),
      [mounts, mounts, mounts],
    );
    assert.deepEqual(pod.spec.volumes, [
      { name: "writable-0", emptyDir: {} },
      { name: "writable-1", emptyDir: {} },
    ]);
  });

  it("are none where none is asked for", async () => {
    const { pod, container } = await create({ writable: [] });
    assert.deepEqual(["volumes" in pod.spec, "volumeMounts" in container], [false, false]);
  });
});
