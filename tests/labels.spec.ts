import assert from "node:assert/strict";
import { contentHash } from "../components/hash.ts";
import { labels, selectorLabels } from "../components/labels.ts";

// Pure functions: nothing of Kubernetes is simulated. That no selector has more is proved in program.spec.ts.

describe("labels", () => {
  const identity = { name: "redis", instance: "shop-dev" };

  it("select by name and instance alone", () => {
    assert.deepEqual(selectorLabels(identity), {
      "app.kubernetes.io/name": "redis",
      "app.kubernetes.io/instance": "shop-dev",
    });
  });

  it("say what the object is part of", () => {
    assert.deepEqual(labels(identity, "session-store"), {
      "app.kubernetes.io/name": "redis",
      "app.kubernetes.io/instance": "shop-dev",
      "app.kubernetes.io/component": "session-store",
      "app.kubernetes.io/part-of": "session-stack",
      "app.kubernetes.io/managed-by": "session-stack",
    });
  });

  it("are new objects each time: changing one changes no other", () => {
    selectorLabels(identity).added = "x";
    assert.equal(Object.keys(selectorLabels(identity)).length, 2);
  });
});

describe("content hash", () => {
  it("is ten hexadecimal digits", () => {
    assert.match(contentHash({ a: "1" }), /^[0-9a-f]{10}$/);
  });

  it("does not depend on the order of the keys", () => {
    assert.equal(contentHash({ a: "1", b: "2" }), contentHash({ b: "2", a: "1" }));
  });

  it("changes with every key and value", () => {
    const contents: Record<string, string>[] = [{}, { a: "1" }, { a: "2" }, { b: "1" }, { a: "1", b: "" }];
    const hashes = [...contents, { a: '1","b' }].map((content) => contentHash(content));
    assert.equal(new Set(hashes).size, hashes.length);
  });
});
