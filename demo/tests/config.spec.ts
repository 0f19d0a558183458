import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { text } from "node:stream/consumers";
import { ConfigError, readConfig } from "../src/config.ts";
import { selfSigned } from "./certificate.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
const DIRECTORY = mkdtempSync(join(tmpdir(), "demo-config-"));
const CA_PATH = join(DIRECTORY, "ca.crt");
const KEY = "0123456789abcdef0123456789abcdef";
const GOOD = { SESSION_STORE: "redis://:pw@redis-master:6379/0", SESSION_SECRET: KEY };

function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

describe("demo: configuration", () => {
  before(() => writeFileSync(CA_PATH, selfSigned("localhost").certificate));
  after(() => rmSync(DIRECTORY, { recursive: true }));

  it("has a default for everything but the store and the keys", () => {
    assert.deepEqual(readConfig(GOOD), {
      storeUrl: "redis://:pw@redis-master:6379/0",
      storeCaPath: undefined,
      secrets: [KEY],
      port: 8080,
      podName: hostname(),
      ttlSeconds: 86400,
      lingerSeconds: 8,
      cookieName: "sid",
      prefix: "sess:",
    });
  });

  it("takes every value from the environment, without the space around keys and URL", () => {
    const second = "f".repeat(32);
    const env = {
      SESSION_STORE: "rediss://user:p%40ss@store.example:6380\n",
      SESSION_STORE_CA: CA_PATH,
      SESSION_SECRET: ` ${KEY} , ${second}\n`,
      PORT: "0",
      POD_NAME: "app-7d9f-x2",
      SESSION_TTL_SECONDS: "60",
      LINGER_SECONDS: "0",
      SESSION_COOKIE: "shop.sid",
      SESSION_PREFIX: "shop:",
    };
    assert.deepEqual(readConfig(env), {
      storeUrl: "rediss://user:p%40ss@store.example:6380",
      storeCaPath: CA_PATH,
      secrets: [KEY, second],
      port: 0,
      podName: "app-7d9f-x2",
      ttlSeconds: 60,
      lingerSeconds: 0,
      cookieName: "shop.sid",
      prefix: "shop:",
    });
  });

  for (const url of [
    "memory:",
    "file:///data/sessions",
    "memcached://memcached",
    "memcached://10.0.0.1:11211/",
    "redis://app:p%25w@h:6379/0",
  ]) {
    it(`takes SESSION_STORE=${url}`, () => {
      assert.equal(readConfig({ ...GOOD, SESSION_STORE: url }).storeUrl, url);
    });
  }

  const FORM = "redis[s]://[user:password@]host[:port][/database]";
  const FORMS = `${FORM}, memcached://host[:port], file:///folder or memory:`;
  const SCHEMES = "redis://, for TLS rediss://, memcached://, file://, or memory:";
  const cases: [name: string, value: string, problem: string][] = [
    ["SESSION_STORE", "", `is not set; give the URL of the session store, ${FORMS}`],
    ["SESSION_STORE", "redis-master", `is not a URL; give ${FORMS}, with user and password percent-encoded`],
    ["SESSION_STORE", "redis://:a/b@h", `is not a URL; give ${FORMS}, with user and password percent-encoded`],
    ["SESSION_STORE", "http://h", `has an unsupported scheme; use ${SCHEMES}`],
    ["SESSION_STORE", "memory", `is not a URL; give ${FORMS}, with user and password percent-encoded`],
    ["SESSION_STORE", "memory:x", "has something behind memory:; give memory: alone"],
    ["SESSION_STORE", "memory://", "has something behind memory:; give memory: alone"],
    [
      "SESSION_STORE",
      "file://server/data",
      "does not name a folder of this machine; give file:///folder, percent-encoded",
    ],
    ["SESSION_STORE", "file:///", "does not name a folder of this machine; give file:///folder, percent-encoded"],
    ["SESSION_STORE", "file:///data?x", "does not name a folder of this machine; give file:///folder, percent-encoded"],
    ["SESSION_STORE", "file:///%zz", "does not name a folder of this machine; give file:///folder, percent-encoded"],
    ["SESSION_STORE", "memcached:11211", "has no host; give memcached://host[:port]"],
    [
      "SESSION_STORE",
      "memcached://:pw@h",
      "has a user or password, which memcached's text protocol has no place for; give memcached://host[:port]",
    ],
    [
      "SESSION_STORE",
      "memcached://[::1]:11211",
      "has an IPv6 address; give a name that leads to it, memcached://host[:port]",
    ],
    ["SESSION_STORE", "memcached://h:0", "has port 0; give one from 1 to 65535, memcached://host[:port]"],
    ["SESSION_STORE", "memcached://h/0", "has something behind host and port; give memcached://host[:port]"],
    ["SESSION_STORE", "memcached://h?a", "has something behind host and port; give memcached://host[:port]"],
    ["SESSION_STORE", "memcached://a,b", "has more than one host; give memcached://host[:port]"],
    ["SESSION_STORE_CA", CA_PATH, "is set, but SESSION_STORE is not a rediss:// URL; use one, or leave this out"],
    ["SESSION_STORE", "redis:///0", `has no host; give ${FORM}`],
    [
      "SESSION_STORE",
      "redis://h?x=1",
      "has a query or a fragment; leave it out, and write ? as %3F and # as %23 in a password",
    ],
    [
      "SESSION_STORE",
      "redis://h#x",
      "has a query or a fragment; leave it out, and write ? as %3F and # as %23 in a password",
    ],
    [
      "SESSION_STORE",
      "redis://h/main",
      "has a path that is not a database number; use for example /0, or leave it out",
    ],
    ["SESSION_STORE", "redis://:50%@h", "has a user or password that is not percent-encoded; write % as %25"],
    [
      "SESSION_SECRET",
      "",
      "is not set; give the cookie signing keys, newest first, separated by commas, each of at least 32 characters",
    ],
    [
      "SESSION_SECRET",
      `${KEY},${"s".repeat(31)}`,
      "key 2 of 2 is shorter than 32 characters; make one with: openssl rand -hex 32",
    ],
    ["PORT", "65536", 'is "65536"; give a whole number from 0 to 65535 (0 picks a free port)'],
    ["PORT", "", 'is ""; give a whole number from 0 to 65535 (0 picks a free port)'],
    ["POD_NAME", "a b", 'is "a b"; give 1 to 253 letters, digits or _ . -'],
    ["LINGER_SECONDS", "-1", 'is "-1"; give a whole number from 0 to 300'],
    ["SESSION_TTL_SECONDS", "0", 'is "0"; give a whole number from 1 to 34560000 (400 days)'],
    ["SESSION_TTL_SECONDS", "1.5", 'is "1.5"; give a whole number from 1 to 34560000 (400 days)'],
    ["SESSION_COOKIE", "a;b", 'is "a;b"; give 1 to 64 letters, digits or _ . -'],
    ["SESSION_PREFIX", "a b:", 'is "a b:"; give 1 to 64 letters, digits or _ . : -'],
  ];
  for (const [name, value, problem] of cases) {
    it(`refuses ${name}=${JSON.stringify(value)}`, () => {
      assert.deepEqual(problemsOf({ ...GOOD, [name]: value }), [`${name}: ${problem}`]);
    });
  }

  const files: [path: string, reason: string][] = [
    ["", "ENOENT: no such file or directory, open ''"],
    [join(DIRECTORY, "missing"), `ENOENT: no such file or directory, open '${join(DIRECTORY, "missing")}'`],
    [DIRECTORY, "EISDIR: illegal operation on a directory, read"],
    [import.meta.filename, `${import.meta.filename} holds no certificate in PEM format`],
  ];
  for (const [path, reason] of files) {
    it(`refuses SESSION_STORE_CA=${JSON.stringify(basename(path))}`, () => {
      assert.deepEqual(problemsOf({ ...GOOD, SESSION_STORE: "rediss://h", SESSION_STORE_CA: path }), [
        `SESSION_STORE_CA: cannot be used: ${reason}; give the path of a PEM file with the store's CA`,
      ]);
    });
  }

  it("ends the process with code 1, all problems on standard error and none of the secrets", async () => {
    const env = {
      PATH: process.env.PATH,
      SESSION_STORE: "http://:hush-hush@h",
      SESSION_SECRET: "hush-hush",
      PORT: "x",
    };
    const child = spawn(process.execPath, ["--import", "tsx", MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
    const [out, err, exit] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    assert.equal(out, "");
    assert.equal(
      err,
      "SESSION_STORE: has an unsupported scheme; use redis://, for TLS rediss://, memcached://, file://, or memory:\n" +
        "SESSION_SECRET: key 1 of 1 is shorter than 32 characters; make one with: openssl rand -hex 32\n" +
        'PORT: is "x"; give a whole number from 0 to 65535 (0 picks a free port)\n',
    );
    assert.deepEqual(exit, [1, null]);
  });
});
