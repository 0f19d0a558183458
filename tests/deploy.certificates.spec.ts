import assert from "node:assert/strict";
import { ApiException } from "@kubernetes/client-node";
import { selfSigned } from "../components/exposure/selfSigned.ts";
import { certificateWarnings } from "../deploy/certificates.ts";
import { FakeCluster, object } from "./fakeCluster.ts";

const tls = [{ hosts: ["*.example.net", "shop.example.com"], secretName: "shop-tls" }];
const ingress = object("Ingress", "app", "shop", { spec: { tls } });
const encoded = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString("base64")]));
const secret = (values: Record<string, string>, name = "shop-tls") =>
  object("Secret", name, "shop", { type: "kubernetes.io/tls", data: encoded(values) });
const certificate = async (...hosts: string[]) => ({ ...(await selfSigned(hosts)) });
const warnings = (objects: ReturnType<typeof object>[], applied = [ingress]) =>
  certificateWarnings(new FakeCluster(objects).cluster, applied);

const what = "Secret shop/shop-tls, which ingress.tls names,";
const refused =
  "until it is right, visitors of *.example.net, shop.example.com get the controller's own certificate, which browsers refuse.";

describe("warnings of given certificates", () => {
  it("are none where the certificate is for every host", async () => {
    assert.deepEqual(await warnings([secret(await certificate("shop.example.com", "*.example.net"))]), []);
    assert.deepEqual(await warnings([secret(await certificate("*.example.com", "*.EXAMPLE.net"))]), []);
  });

  it("tell each host that the certificate is not for", async () => {
    const not = (host: string, names: string) =>
      `${what} has a certificate that is not for ${host}, and browsers refuse it there; it is for: ${names}.`;
    const names = "a.example.net, *.shop.example.com";
    assert.deepEqual(await warnings([secret(await certificate("a.example.net", "*.shop.example.com"))]), [
      not("*.example.net", names),
      not("shop.example.com", names),
    ]);
    assert.deepEqual(await warnings([secret(await certificate("*.example.net"))]), [
      not("shop.example.com", "*.example.net"),
    ]);
  });

  it("tell a Secret that is not there, or that holds no certificate", async () => {
    assert.deepEqual(await warnings([]), [`${what} is not there: ${refused}`]);
    assert.deepEqual(await warnings([secret({ other: "x" })]), [`${what} has no tls.crt and no tls.key: ${refused}`]);
    assert.deepEqual(await warnings([secret({ "tls.crt": "x", "tls.key": "" })]), [
      `${what} has no tls.key: ${refused}`,
    ]);
    const text = secret({ "tls.crt": "not a certificate", "tls.key": "x" });
    assert.deepEqual(await warnings([text]), [`${what} has no certificate in tls.crt: ${refused}`]);
  });

  it("tell a Secret that cannot be read", async () => {
    const { cluster } = new FakeCluster();
    const forbidden = new ApiException(403, "Forbidden", { message: "secrets is forbidden" }, {});
    cluster.core.readNamespacedSecret = () => Promise.reject(forbidden);
    assert.deepEqual(await certificateWarnings(cluster, [ingress]), [
      `${what} cannot be read, so its certificate is not checked: secrets is forbidden`,
    ]);
  });

  it("look at each Secret for its own hosts", async () => {
    const own = [
      { hosts: ["a.example"], secretName: "a-tls" },
      { hosts: ["b.example"], secretName: "b-tls" },
    ];
    const applied = [object("Ingress", "app", "shop", { spec: { tls: own } })];
    const there = secret(await certificate("b.example"), "b-tls");
    assert.deepEqual(await warnings([there], applied), [
      "Secret shop/a-tls, which ingress.tls names, is not there: until it is right, visitors of a.example get the controller's own certificate, which browsers refuse.",
    ]);
  });

  it("are none of what the stack or cert-manager makes, and none without TLS", async () => {
    assert.deepEqual(await warnings([], [object("Secret", "shop-tls", "shop"), ingress]), []);
    for (const kind of ["issuer", "cluster-issuer"]) {
      const annotations = { [`cert-manager.io/${kind}`]: "letsencrypt" };
      assert.deepEqual(await warnings([], [object("Ingress", "app", "shop", { annotations, spec: { tls } })]), []);
    }
    assert.deepEqual(await warnings([], [object("Ingress", "app", "shop", { spec: {} })]), []);
  });
});
