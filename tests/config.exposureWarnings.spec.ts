import assert from "node:assert/strict";
import { mock } from "node:test";
import { requirements } from "../config/exposureWarnings.ts";
import { ingress, problemsOf, read, type Surroundings } from "./configs.ts";

const cookie = { kind: "cookie" };
const tls = { secretName: "shop-tls" };

/** What a configuration is warned of. */
async function warningsOf(values: Record<string, unknown>, surroundings?: Surroundings): Promise<string[]> {
  const warn = mock.method(console, "warn", () => undefined);
  try {
    await read(values, surroundings);
    return warn.mock.calls.map(({ arguments: [line] }) => String(line).replace("warning: [runtime] ", ""));
  } finally {
    warn.mock.restore();
  }
}

describe("what a dialect cannot do", () => {
  const nginx = { ...ingress, controller: "ingress-nginx", tls };
  const httpOnly =
    "affinity.httpOnly must be true with ingress.controller ingress-nginx: HttpOnly is always set " +
    "(possible with traefik, haproxy-ingress, haproxytech, nginx, alb)";

  it("is refused where it is asked for", async () => {
    assert.deepEqual(await problemsOf({ ingress: nginx, affinity: { ...cookie, httpOnly: false } }), [
      `shop:${httpOnly}, got false`,
    ]);
  });

  it("is warned of where it is not wanted strictly", async () => {
    assert.deepEqual(await warningsOf({ ingress: nginx, affinity: { ...cookie, strict: false, httpOnly: false } }), [
      `${httpOnly}. What cannot be had is left out.`,
    ]);
  });

  it("is warned of where it is a default", async () => {
    const gke = { ...ingress, controller: "gke" };
    const lines = await warningsOf({ ingress: gke, affinity: { ...cookie, name: "GCLB", rebalance: "onScale" } });
    assert.deepEqual(
      lines.map((line) => line.split(" ")[0]),
      ["affinity.secure", "affinity.httpOnly", "affinity.sameSite"],
    );
  });

  it("is refused of a hash, and warned of where it is not wanted strictly", async () => {
    const hash = { kind: "hash", key: { header: "X-User" } };
    const line =
      "affinity.key header is not possible with traefik: its Ingress and Service annotations have no hash of a header";
    const [problem = "", ...more] = await problemsOf({ ingress, affinity: hash });
    assert.deepEqual([problem.startsWith(`shop:${line} (possible with ingress-nginx,`), more], [true, []]);
    const [warning = ""] = await warningsOf({ ingress, affinity: { ...hash, strict: false } });
    assert.equal(warning, `${problem.replace("shop:", "")}. What cannot be had is left out.`);
  });

  it("is refused of a hash's name, too", async () => {
    const affinity = { kind: "hash", key: { cookie: "shop-user" } };
    const [problem = "", ...more] = await problemsOf({ ingress: nginx, affinity });
    const start = 'shop:affinity.key.cookie must be of letters, digits and "_" with ingress.controller ingress-nginx';
    assert.deepEqual([problem.slice(0, start.length), more], [start, []]);
    assert.match(problem, /, got "shop-user"$/);
  });

  it("is nothing of affinity that is not asked for", async () => {
    assert.deepEqual(await warningsOf({ ingress: nginx }), []);
  });
});

describe("warnings of the way to the application", () => {
  const wildcard = { hosts: [{ host: "*.example.com" }] };

  it("tell a Secure cookie that plain HTTP never brings", async () => {
    const secure = { ...cookie, secure: true };
    assert.deepEqual(await warningsOf({ ingress, affinity: secure }), [
      "affinity.secure true without ingress.tls: browsers keep a Secure cookie from plain HTTP, so there is no affinity. Set ingress.tls, {elsewhere: true} where something else ends TLS.",
    ]);
    assert.deepEqual(await warningsOf({ ingress: { ...ingress, tls: { elsewhere: true } }, affinity: secure }), []);
  });

  it("tell a cookie's domain that other hosts are outside of", async () => {
    const domain = { ...cookie, domain: "example.com" };
    assert.deepEqual(await warningsOf({ ingress: { ...ingress, defaultBackend: true }, affinity: domain }), [
      "affinity.domain with ingress.defaultBackend: visitors of hosts outside of example.com get no affinity, for browsers drop the cookie.",
    ]);
    assert.deepEqual(await warningsOf({ ingress, affinity: domain }), []);
    assert.deepEqual(await warningsOf({ ingress: { ...ingress, defaultBackend: true }, affinity: cookie }), []);
  });

  it("tell certificates that may not fit the hosts", async () => {
    assert.deepEqual(await warningsOf({ ingress: { ...wildcard, tls: { issuer: "letsencrypt" } } }), [
      "ingress.tls.issuer for *.example.com: only an issuer with a DNS-01 solver, or a CA, issues certificates for a wildcard.",
    ]);
    assert.deepEqual(await warningsOf({ ingress: { ...wildcard, tls: { selfSigned: true } } }), []);
    const open = { ...ingress, defaultBackend: true };
    assert.deepEqual(await warningsOf({ ingress: { ...open, tls } }), [
      "ingress.defaultBackend with ingress.tls: on hosts beside those of ingress.hosts the controller shows a certificate of its own, which browsers refuse.",
    ]);
    assert.deepEqual(await warningsOf({ ingress: { ...open, tls: { elsewhere: true } } }), []);
  });

  it("tell a certificate in prod that signs itself", async () => {
    const selfSigned = { ingress: { ...ingress, tls: { selfSigned: true } }, store: { tls: { secretName: "s" } } };
    assert.deepEqual(await warningsOf(selfSigned, { stack: "prod" }), [
      "ingress.tls.selfSigned in prod: no browser trusts a certificate that signs itself. Use an issuer or a Secret.",
    ]);
    assert.deepEqual(await warningsOf(selfSigned), []);
  });
});

describe("requirements of a controller", () => {
  it("are a line each, of affinity and of TLS", async () => {
    const secured = { ...ingress, tls };
    assert.deepEqual(requirements(await read({ ingress: secured, affinity: cookie })), [
      "ingress.controller traefik needs: Traefik's CRDs are installed, and its provider kubernetescrd is on and sees the namespace.",
    ]);
  });

  it("are none where there is nothing to know", async () => {
    assert.deepEqual(requirements(await read({ ingress, affinity: cookie })), []);
    assert.deepEqual(requirements(await read({})), []);
  });
});
