import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../render/objects.ts";
import { toYaml } from "../render/yaml.ts";
import { object } from "./fakeCluster.ts";

describe("manifests as YAML", () => {
  it("are documents with the objects' fields in their order", () => {
    const text = toYaml([object("Namespace", "shop"), object("Service", "app", "shop", { spec: { ports: [] } })]);
    assert.equal(
      text,
      "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n" +
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: app\n  namespace: shop\nspec:\n  ports: []\n",
    );
  });

  it("have strings that stay strings for readers of YAML 1.1, as kubectl is", () => {
    const words = [
      "no",
      "yes",
      "on",
      "Off",
      "y",
      "n",
      "true",
      "null",
      "~",
      "012",
      "12:30",
      "1_000",
      "2026-01-01",
      "=",
      "<<",
    ];
    const data = Object.fromEntries(words.map((word, index) => [`key-${index}`, word]));
    const text = toYaml([object("ConfigMap", "words", "shop", { data })]);
    for (const version of ["1.1", "1.2"] as const) {
      const [document] = parseAllDocuments(text, { version });
      assert.deepEqual((document?.toJS() as KubernetesObject).data, data, version);
    }
    assert.match(text, /^ {2}key-0: "no"$/m);
  });
});
