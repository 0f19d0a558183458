import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import { authority } from "../demo/tests/certificate.ts";
import { issue } from "../local/parts/servingCertificate.ts";

describe("the certificate of a server on the node", () => {
  const by = authority("kubernetes");
  // As kubeadm writes keys.
  const sec1 = createPrivateKey(by.key).export({ type: "sec1", format: "pem" }).toString();
  let made: Awaited<ReturnType<typeof issue>>;
  let certificate: X509Certificate;

  before(async () => {
    made = await issue(by.certificate, sec1, "metrics-server.kube-system.svc", "10.99.0.1");
    certificate = new X509Certificate(made.certificate);
  });

  it("is for its name and its address alone", () => {
    assert.equal(certificate.subjectAltName, "DNS:metrics-server.kube-system.svc, IP Address:10.99.0.1");
    assert.equal(certificate.subject, "CN=metrics-server.kube-system.svc");
    assert.equal(certificate.ca, false);
  });

  it("is signed by the authority, and the key is its own", () => {
    const issuer = new X509Certificate(by.certificate);
    assert.ok(certificate.checkIssued(issuer));
    assert.ok(certificate.verify(issuer.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(made.key)));
  });

  it("is good now and for a year", () => {
    const [from, to] = [certificate.validFrom, certificate.validTo].map((date) => Date.parse(date));
    const now = Date.now();
    const days = (time = 0) => Math.round((time - now) / 86_400_000);
    assert.deepEqual([days(from), days(to)], [-1, 365]);
  });
});
