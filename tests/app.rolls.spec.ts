import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { create } from "./apps.ts";

// That a Deployment replaces its pods when its template changes, and only then, is Kubernetes' own promise.

type Given = Parameters<typeof create>;

const base: Given = [
  {
    replicas: 3,
    env: { LEVEL: "info", ZONE: "a" },
    files: { "/etc/shop.yaml": "a", "/etc/users": "b" },
    secretEnv: { PIN: { config: "pin" } },
  },
  { appSecrets: { pin: pulumi.secret("1234") } },
];

async function templateOf([given, overrides]: Given) {
  return (await create({ ...base[0], ...given }, { ...base[1], ...overrides })).pod;
}

/** What replaces the pods. */
const rolling: [string, Given][] = [
  ["another image", [{ image: "ghcr.io/acme/shop:1.4.3" }]],
  ["another value of a variable", [{ env: { LEVEL: "debug", ZONE: "a" } }]],
  ["another variable", [{ env: { LEVEL: "info", ZONE: "a", MORE: "1" } }]],
  ["another content of a file", [{ files: { "/etc/shop.yaml": "b", "/etc/users": "b" } }]],
  ["another path of a file", [{ files: { "/etc/shop.yml": "a", "/etc/users": "b" } }]],
  ["another value of a secret of the configuration", [{}, { appSecrets: { pin: pulumi.secret("1235") } }]],
  ["another secret of the same value", [{}, { appSecrets: { pun: pulumi.secret("1234") } }]],
  ["other passwords of the store", [{}, { rollOn: { url: pulumi.secret("redis://other"), keys: "hush" } }]],
  ["other signing keys", [{}, { rollOn: { url: pulumi.secret("redis://hush"), keys: "other" } }]],
  ["other resources", [{ resources: { requests: { cpu: "100m", memory: "128Mi" } } }]],
];

/** What leaves them alone. */
const staying: [string, Given][] = [
  ["nothing changed", [{}]],
  [
    "variables and files in another order",
    [{ env: { ZONE: "a", LEVEL: "info" }, files: { "/etc/users": "b", "/etc/shop.yaml": "a" } }],
  ],
  ["another number of pods", [{ replicas: 7 }]],
  ["an autoscaler", [{ replicas: undefined, autoscale: { min: 2, max: 5 } }]],
  ["another way of rolling", [{ rollout: { maxSurge: 3, minReadySeconds: 9, deadlineSeconds: 77, history: 1 } }]],
  ["another length of the session", [{ session: { cookie: "sid", ttlSeconds: 3600 } }]],
];

describe("App's pods", () => {
  for (const [title, given] of rolling) {
    it(`roll: ${title}`, async () => {
      assert.notDeepEqual(await templateOf(given), await templateOf([{}]));
    });
  }

  for (const [title, given] of staying) {
    it(`stay: ${title}`, async () => {
      assert.deepEqual(await templateOf(given), await templateOf([{}]));
    });
  }

  it("show no secret: a short one cannot be found from the digest, which is keyed", async () => {
    const { metadata, spec } = await templateOf([{}]);
    assert.match(String(metadata.annotations["session-stack/secrets-checksum"]), /^[0-9a-f]{10}$/);
    assert.equal(JSON.stringify({ metadata, spec }).includes("1234"), false);
  });
});
