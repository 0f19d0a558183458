import assert from "node:assert/strict";
import { createNamespace } from "../components/namespace.ts";
import { run } from "./mocks.ts";

// That the API server enforces it is not proved here.

describe("namespace", () => {
  it("enforces Pod Security restricted and says that the engine applies it", async () => {
    const { find } = await run(() => createNamespace("shop", { instance: "shop-dev", podSecurity: "restricted" }, {}));
    assert.deepEqual(find("kubernetes:core/v1:Namespace", "namespace").inputs, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "shop",
        labels: {
          "app.kubernetes.io/name": "session-stack",
          "app.kubernetes.io/instance": "shop-dev",
          "app.kubernetes.io/component": "namespace",
          "app.kubernetes.io/part-of": "session-stack",
          "app.kubernetes.io/managed-by": "session-stack",
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
        annotations: { "session-stack/applied-by": "pulumi" },
      },
    });
  });

  it("enforces Pod Security baseline where it is asked for, and warns of what is not restricted all the same", async () => {
    const { find } = await run(() => createNamespace("shop", { instance: "shop-dev", podSecurity: "baseline" }, {}));
    const { labels } = find("kubernetes:core/v1:Namespace", "namespace").inputs.metadata as { labels: object };
    const levels = Object.entries(labels).filter(([key]) => key.startsWith("pod-security."));
    assert.deepEqual(Object.fromEntries(levels), {
      "pod-security.kubernetes.io/enforce": "baseline",
      "pod-security.kubernetes.io/warn": "restricted",
    });
  });
});
