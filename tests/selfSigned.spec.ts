import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { selfSigned } from "../components/exposure/selfSigned.ts";

// That a browser takes it once it is trusted is not proved here.

const hosts = ["shop.example.com", "*.example.net"];
const now = new Date("2026-11-23T12:00:00Z");

describe("a self-signed certificate", () => {
  let certificate: X509Certificate;
  let key: string;

  before(async () => {
    const data = await selfSigned(hosts, now);
    certificate = new X509Certificate(data["tls.crt"]);
    key = data["tls.key"];
  });

  it("is for its hosts and no others", () => {
    assert.equal(certificate.subjectAltName, "DNS:shop.example.com, DNS:*.example.net");
    assert.equal(certificate.checkHost("shop.example.com"), "shop.example.com");
    assert.equal(certificate.checkHost("a.example.net"), "*.example.net");
    for (const other of ["example.net", "a.b.example.net", "session-stack"])
      assert.equal(certificate.checkHost(other), undefined);
  });

  it("is signed by its own key, on P-256", () => {
    assert.equal(certificate.verify(certificate.publicKey), true);
    assert.equal(certificate.checkPrivateKey(createPrivateKey(key)), true);
    assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
  });

  it("is valid for 825 days from an hour ago, serves TLS and is no authority", () => {
    assert.equal(certificate.validFrom, "Nov 23 11:00:00 2026 GMT");
    assert.equal(certificate.validTo, "Feb 25 11:00:00 2029 GMT");
    // Basic constraints, critical, that say nothing: no authority.
    assert.match(certificate.raw.toString("hex"), /0603551d130101ff04023000/);
    assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  });

  it("is another one each time", async () => {
    const other = new X509Certificate((await selfSigned(hosts, now))["tls.crt"]);
    assert.notEqual(other.serialNumber, certificate.serialNumber);
    assert.notEqual(other.fingerprint256, certificate.fingerprint256);
  });
});
