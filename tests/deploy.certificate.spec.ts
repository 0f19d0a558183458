import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { KubernetesObject } from "../render/objects.ts";
import { FakeCluster } from "./fakeCluster.ts";
import { render } from "./rendered.ts";
import { held, write } from "./renderedSecrets.ts";

const hosts = [{ host: "shop.example.com" }, { host: "*.example.net" }];
const overrides = { namespace: { name: "shop" }, ingress: { hosts, tls: { selfSigned: true } } };

async function rendered(): Promise<KubernetesObject> {
  const { objects } = await render("local", overrides);
  const [secret, ...more] = objects.filter(({ type }) => type === "kubernetes.io/tls");
  assert.ok(secret !== undefined && more.length === 0);
  return secret;
}

describe("a self-signed certificate in manifests", () => {
  it("is a placeholder, the same in each rendering", async () => {
    const secret = await rendered();
    assert.deepEqual(secret.stringData, {
      "tls.crt": "~self-signed.*.example.net,shop.example.com~",
      "tls.key": "~self-signed.*.example.net,shop.example.com~",
    });
    assert.deepEqual(await rendered(), secret);
    assert.equal(/PRIVATE KEY|CERTIFICATE/.test(JSON.stringify((await render("local", overrides)).objects)), false);
  });

  it("is made where there is none, and never changed", async () => {
    const fake = new FakeCluster();
    const secret = await rendered();
    const { name } = secret.metadata;
    await write(fake, [secret]);
    const made = fake.objects.get(`Secret shop/${name}`);
    assert.deepEqual([made?.type, made?.metadata, made?.stringData], ["kubernetes.io/tls", secret.metadata, undefined]);
    const data = held(fake, name);
    assert.deepEqual(Object.keys(data).sort(), ["tls.crt", "tls.key"]);
    const certificate = new X509Certificate(data["tls.crt"] ?? "");
    assert.equal(certificate.subjectAltName, "DNS:*.example.net, DNS:shop.example.com");
    assert.equal(certificate.checkPrivateKey(createPrivateKey(data["tls.key"] ?? "")), true);

    await write(fake, [secret]);
    assert.deepEqual(fake.changes, [`create Secret shop/${name}`]);
    assert.deepEqual(held(fake, name), data);
  });
});
