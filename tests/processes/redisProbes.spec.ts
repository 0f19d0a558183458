import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The client is a fake that writes down how it was called and says what it is told to: some answers a real server gives
// only for a moment. What real servers answer is in redisStart.spec.ts.

const components = new URL("../../components/redis/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "session-stack-probes-"));
const at = (path: string) => join(folder, path);

/** Where the container has its files, and where this test has them. */
const places = { "/run/session-store": at("run"), "/etc/session-store": at("etc"), "=/data": `=${at("data")}` };

/** Runs a script in its place as the container does. */
function run(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const given = { ENGINE: "valkey", POD_NAME: "redis-0", PRIMARY_HOST: "redis-0.redis.shop.svc", TLS: "no", ...env };
  const options = { env: { PATH: `${at("bin")}:${process.env.PATH}`, ...given }, encoding: "utf8" as const };
  const { status, stdout } = spawnSync("sh", [at(`etc/${script}`), ...args], options);
  return { status, stdout };
}

/** How the client was called the first time: arguments, and REDISCLI_AUTH. */
function call() {
  const [auth = "", ...args] = readFileSync(at("call"), "utf8").trimEnd().split("\n");
  return { auth, args };
}

/** What the client prints, and its status. */
function answer(text: string, status = 0) {
  writeFileSync(at("answer"), text);
  writeFileSync(at("status"), String(status));
}

before(() => {
  for (const name of ["etc", "run", "bin", "data"]) mkdirSync(at(name));
  for (const script of ["lib.sh", "ask.sh", "live.sh", "ready.sh"]) {
    let text = readFileSync(new URL(script, components), "utf8");
    for (const [there, here] of Object.entries(places)) text = text.replaceAll(there, here);
    writeFileSync(at(`etc/${script}`), text);
  }
  const note = `[ -e ${at("call")} ] || printf '%s\\n' "\${REDISCLI_AUTH-none}" "$@" >${at("call")}`;
  const client = `#!/bin/sh\n${note}\ncat ${at("answer")}\nexit "$(cat ${at("status")})"\n`;
  for (const engine of ["valkey", "redis"]) writeFileSync(at(`bin/${engine}-cli`), client, { mode: 0o755 });
  writeFileSync(at("run/admin"), "Secret123");
});

beforeEach(() => {
  for (const written of ["call", "run/held", "data/dataset"]) rmSync(at(written), { force: true });
  writeFileSync(at("data/dataset"), "0123456789abcdef");
});

after(() => rmSync(folder, { recursive: true }));

describe("ask.sh", () => {
  const common = ["-h", "127.0.0.1", "--user", "admin", "--no-auth-warning"];

  it("asks the pod's own server as admin and passes the answer on", () => {
    answer("jack\n");
    assert.deepEqual(run("ask.sh", ["get", "a name"]), { status: 0, stdout: "jack\n" });
    assert.deepEqual(call().args, [...common, "get", "a name"]);
  });

  it("asks by TLS without proof of who it is, which its own server could not give while certificates change", () => {
    answer("");
    run("ask.sh", ["ping"], { TLS: "yes" });
    assert.deepEqual(call().args, [...common, "--tls", "--insecure", "ping"]);
  });

  it("gives the password by the environment alone", () => {
    answer("");
    run("ask.sh", ["ping"], { ENGINE: "redis" });
    assert.equal(call().auth, "Secret123");
    assert.ok(!call().args.join(" ").includes("Secret123"));
  });

  it("fails as the client does", () => {
    answer("Could not connect", 1);
    assert.equal(run("ask.sh", ["ping"]).status, 1);
  });
});

/** [what the client prints, its status, what the probe prints; undefined: it passes] */
type Probe = [text: string, status: number, shown?: string];
const refused = "Could not connect to Redis at 127.0.0.1:6379: Connection refused";
const info = (role: string, ...more: string[]) =>
  ["# Persistence", "loading:0", "async_loading:0", "# Replication", `role:${role}`, ...more, ""].join("\r\n");
/** What a server says of itself already while it reads its files. */
const loading = (text: string) => text.replace("\nloading:0", "\nloading:1");
const replica = (link: string, syncing: number) =>
  info("slave", "master_host:redis-0", `master_link_status:${link}`, `master_sync_in_progress:${syncing}`);

function probes(script: string, pod: string, cases: Probe[]) {
  for (const [text, status, shown] of cases) {
    it(`${shown === undefined ? "passes" : "fails and shows"} ${JSON.stringify(text)}`, () => {
      answer(text, status);
      const expected = shown === undefined ? { status: 0, stdout: "" } : { status: 1, stdout: `${shown}\n` };
      assert.deepEqual(run(script, [], { POD_NAME: pod }), expected);
    });
  }
}

describe("live.sh", () => {
  probes("live.sh", "redis-0", [
    ["PONG\n", 0],
    ["LOADING Redis is loading the dataset in memory\n\n", 0],
    ["LOADING Valkey is loading the dataset in memory\n", 1],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\n", 0],
    ["NOAUTH Authentication required.\n", 0, "NOAUTH Authentication required."],
    ["ERR PONG\n", 0, "ERR PONG"],
    [refused, 1, refused],
    ["", 0, ""],
  ]);

  it("pings", () => {
    answer("PONG\n");
    run("live.sh");
    assert.deepEqual(call().args.slice(-1), ["ping"]);
  });

  it("passes without a server where start.sh is held", () => {
    answer(refused, 1);
    writeFileSync(at("run/held"), "another server has the volume");
    assert.equal(run("live.sh").status, 0);
  });
});

describe("ready.sh of the primary", () => {
  probes("ready.sh", "redis-0", [
    [info("master"), 0],
    [loading(info("master")), 0, "loading:1\nrole:master"],
    [replica("up", 0), 0, "loading:0\nrole:slave\nmaster_link_status:up\nmaster_sync_in_progress:0"],
    ["LOADING Valkey is loading the dataset in memory\n", 0, "LOADING Valkey is loading the dataset in memory"],
    ["NOAUTH Authentication required.\n", 0, "NOAUTH Authentication required."],
    [refused, 1, refused],
    ["", 0, ""],
  ]);

  it("asks and never writes", () => {
    answer(info("master"));
    run("ready.sh");
    assert.deepEqual(call().args.slice(-1), ["info"]);
  });

  it("shows why start.sh is held", () => {
    answer(refused, 1);
    writeFileSync(at("run/held"), "another server has the volume");
    assert.deepEqual(run("ready.sh"), { status: 1, stdout: "held: another server has the volume\n" });
  });
});

describe("ready.sh of a replica", () => {
  probes("ready.sh", "redis-2", [
    [replica("up", 0), 0],
    [replica("down", 0), 0, "loading:0\nrole:slave\nmaster_link_status:down\nmaster_sync_in_progress:0"],
    [replica("down", 1), 0, "loading:0\nrole:slave\nmaster_link_status:down\nmaster_sync_in_progress:1"],
    [replica("up", 1), 0, "loading:0\nrole:slave\nmaster_link_status:up\nmaster_sync_in_progress:1"],
    [info("master"), 0, "loading:0\nrole:master"],
    ["LOADING Valkey is loading\n", 0, "LOADING Valkey is loading"],
    [refused, 1, refused],
  ]);
});
