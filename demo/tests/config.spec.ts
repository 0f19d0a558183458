import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { text } from "node:stream/consumers";
import { ConfigError, readConfig } from "../src/config.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
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
  it("has a default for everything but the store and the keys", () => {
    assert.deepEqual(readConfig(GOOD), {
      storeUrl: "redis://:pw@redis-master:6379/0",
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
      secrets: [KEY, second],
      port: 0,
      podName: "app-7d9f-x2",
      ttlSeconds: 60,
      lingerSeconds: 0,
      cookieName: "shop.sid",
      prefix: "shop:",
    });
  });

  const FORM = "redis[s]://[user:password@]host[:port][/database]";
  const cases: [name: string, value: string, problem: string][] = [
    ["SESSION_STORE", "", `is not set; give the URL of the Redis server, ${FORM}`],
    ["SESSION_STORE", "redis-master", `is not a URL; give ${FORM}, with user and password percent-encoded`],
    ["SESSION_STORE", "redis://:a/b@h", `is not a URL; give ${FORM}, with user and password percent-encoded`],
    ["SESSION_STORE", "http://h", "has an unsupported scheme; use redis:// or, for TLS, rediss://"],
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
      "SESSION_STORE: has an unsupported scheme; use redis:// or, for TLS, rediss://\n" +
        "SESSION_SECRET: key 1 of 1 is shorter than 32 characters; make one with: openssl rand -hex 32\n" +
        'PORT: is "x"; give a whole number from 0 to 65535 (0 picks a free port)\n',
    );
    assert.deepEqual(exit, [1, null]);
  });
});
