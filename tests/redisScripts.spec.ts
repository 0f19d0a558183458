import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nastyPassword } from "./mocks.ts";

// Server and client are fakes that write down how they were called and say what they are told to: that a real server
// takes the configuration, and a real client these commands, is proved by the end-to-end suite.

const components = new URL("../components/redis/", import.meta.url);
const folder = mkdtempSync(join(tmpdir(), "session-stack-scripts-"));
const at = (path: string) => join(folder, path);
const config = at("run/redis.conf");
const engines = ["valkey", "redis"];
/** Where a fake notes how it was called. */
const noteOf = (program: string) => at(`calls/${program}`);

/** Where the container has its files, and where this test has them. */
const places = {
  "/run/secrets/session-store": at("secrets"),
  "/run/session-store": at("run"),
  "/etc/session-store": at("etc"),
};

function writeScript(path: string, text: string) {
  writeFileSync(at(path), text);
  chmodSync(at(path), 0o755);
}

/** Runs a script in its place as the container does. */
function run(script: string, env: Record<string, string> = {}, args: string[] = []) {
  const given = { ENGINE: "valkey", POD_NAME: "redis-0", PRIMARY_HOST: "redis-0.redis.shop.svc", ...env };
  const options = { env: { PATH: `${at("bin")}:${process.env.PATH}`, ...given }, encoding: "utf8" as const };
  const { status, stdout, stderr, pid } = spawnSync("sh", [at(`etc/${script}`), ...args], options);
  return { status, stdout, stderr, pid };
}

/** How a fake was called: its process, arguments one a line, and REDISCLI_AUTH. */
function call(program: string) {
  const [pid = "", auth = "", ...args] = readFileSync(noteOf(program), "utf8").trimEnd().split("\n");
  return { pid: Number(pid), auth, args };
}

/** What the client prints, and its status. */
function answer(text: string, status = 0) {
  writeFileSync(at("answer"), text);
  writeFileSync(at("status"), String(status));
}

before(() => {
  for (const name of ["etc", "secrets", "run", "bin", "calls"]) mkdirSync(at(name));
  for (const script of ["start.sh", "ask.sh", "live.sh", "ready.sh"]) {
    let text = readFileSync(new URL(script, components), "utf8");
    for (const [there, here] of Object.entries(places)) text = text.replaceAll(there, here);
    writeFileSync(at(`etc/${script}`), text);
  }
  const note = (program: string) => `printf '%s\\n' $$ "\${REDISCLI_AUTH-none}" "$@" >${noteOf(program)}`;
  for (const engine of engines) {
    writeScript(`bin/${engine}-server`, `#!/bin/sh\n${note(`${engine}-server`)}\n`);
    writeScript(
      `bin/${engine}-cli`,
      `#!/bin/sh\n${note(`${engine}-cli`)}\ncat ${at("answer")}\nexit $(cat ${at("status")})\n`,
    );
  }
  writeFileSync(at("etc/redis.conf"), "port 6379\ndir /data\n");
});

beforeEach(() => {
  for (const written of [config, ...engines.flatMap((engine) => [`${engine}-server`, `${engine}-cli`].map(noteOf))])
    rmSync(written, { force: true });
  writeFileSync(at("secrets/password"), "Secret123");
});

after(() => rmSync(folder, { recursive: true }));

describe("start.sh", () => {
  const common = 'port 6379\ndir /data\nrequirepass "Secret123"\nmasterauth "Secret123"\n';

  it("starts redis-0 as the primary", () => {
    assert.equal(run("start.sh").status, 0);
    assert.equal(readFileSync(config, "utf8"), common);
  });

  for (const pod of ["redis-1", "redis-10", "redis-20"]) {
    it(`lets ${pod} follow the primary by its stable name`, () => {
      run("start.sh", { POD_NAME: pod });
      assert.equal(readFileSync(config, "utf8"), `${common}replicaof redis-0.redis.shop.svc 6379\n`);
    });
  }

  for (const engine of engines) {
    it(`becomes ${engine}-server itself, so that signals reach it`, () => {
      const { pid } = run("start.sh", { ENGINE: engine });
      assert.equal(call(`${engine}-server`).pid, pid);
    });
  }

  it("puts the password into a file that only its user can read, and on no command line", () => {
    run("start.sh");
    assert.equal(statSync(config).mode & 0o777, 0o600);
    assert.deepEqual(call("valkey-server").args, [config]);
    assert.equal(call("valkey-server").auth, "none");
  });

  it("quotes a password with any character in it", () => {
    writeFileSync(at("secrets/password"), `${nastyPassword} "\\$x\`'&`);
    run("start.sh");
    assert.equal(readFileSync(config, "utf8").split("\n")[2], 'requirepass "p@ss/w:rd?#%&+ ü \\"\\\\$x`\'&"');
  });

  for (const [title, missing] of [
    ["password", "secrets/password"],
    ["configuration", "etc/redis.conf"],
  ] as const) {
    it(`starts no server without its ${title}`, () => {
      const text = readFileSync(at(missing));
      rmSync(at(missing));
      try {
        assert.notEqual(run("start.sh").status, 0);
        assert.equal(existsSync(noteOf("valkey-server")), false);
      } finally {
        writeFileSync(at(missing), text);
      }
    });
  }
});

describe("ask.sh", () => {
  it("asks the pod's own server and passes the answer on", () => {
    answer("jack\n");
    const { status, stdout } = run("ask.sh", {}, ["get", "a name"]);
    assert.deepEqual([status, stdout], [0, "jack\n"]);
    assert.deepEqual(call("valkey-cli").args, ["-h", "127.0.0.1", "--no-auth-warning", "get", "a name"]);
  });

  it("gives the password by the environment alone", () => {
    answer("");
    run("ask.sh", { ENGINE: "redis" }, ["ping"]);
    const { auth, args } = call("redis-cli");
    assert.equal(auth, "Secret123");
    assert.equal(args.join(" ").includes("Secret123"), false);
  });

  it("fails as the client does", () => {
    answer("Could not connect", 1);
    assert.equal(run("ask.sh", {}, ["ping"]).status, 1);
  });
});

/** [what the client prints, its status, what the probe answers] */
type Probe = [text: string, status: number, passes: boolean];
const refused = "Could not connect to Redis at 127.0.0.1:6379: Connection refused";

function probes(script: string, pod: string, cases: Probe[]) {
  for (const [text, status, passes] of cases) {
    it(`${passes ? "passes" : "fails and shows"} ${JSON.stringify(text)}`, () => {
      answer(text, status);
      const probe = run(script, { POD_NAME: pod });
      assert.equal(probe.status, passes ? 0 : 1);
      assert.equal(probe.stdout, passes ? "" : `${text.replaceAll("\r", "").trimEnd()}\n`);
    });
  }
}

describe("live.sh", () => {
  probes("live.sh", "redis-0", [
    ["PONG\n", 0, true],
    ["LOADING Redis is loading the dataset in memory\n\n", 0, true],
    ["LOADING Valkey is loading the dataset in memory\n", 1, true],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\n", 0, true],
    ["NOAUTH Authentication required.\n", 0, false],
    ["ERR PONG\n", 0, false],
    [refused, 1, false],
    ["", 0, false],
  ]);

  it("pings", () => {
    answer("PONG\n");
    run("live.sh");
    assert.deepEqual(call("valkey-cli").args.slice(3), ["ping"]);
  });
});

describe("ready.sh of the primary", () => {
  probes("ready.sh", "redis-0", [
    ["PONG\n", 0, true],
    ["LOADING Valkey is loading the dataset in memory\n", 0, false],
    ["NOAUTH Authentication required.\n", 0, false],
    [refused, 1, false],
    ["", 0, false],
  ]);
});

describe("ready.sh of a replica", () => {
  const info = (link: string, sync: number) =>
    `# Replication\r\nrole:slave\r\nmaster_host:redis-0\r\nmaster_link_status:${link}\r\nmaster_sync_in_progress:${sync}\r\nslave_read_only:1\r\n`;
  const cases: [title: string, text: string, status: number, ready: boolean, shown: string][] = [
    ["in step with the primary", info("up", 0), 0, true, ""],
    ["without the primary", info("down", 0), 0, false, "master_link_status:down\nmaster_sync_in_progress:0\n"],
    [
      "that takes the primary's data over",
      info("down", 1),
      0,
      false,
      "master_link_status:down\nmaster_sync_in_progress:1\n",
    ],
    ["connected and taking data over", info("up", 1), 0, false, "master_link_status:up\nmaster_sync_in_progress:1\n"],
    ["that says it is a primary", "# Replication\r\nrole:master\r\n", 0, false, "# Replication\nrole:master\n"],
    ["that loads its data", "LOADING Valkey is loading\n", 0, false, "LOADING Valkey is loading\n"],
    ["that does not answer", refused, 1, false, `${refused}\n`],
  ];
  for (const [title, text, status, ready, shown] of cases) {
    it(`${title} is ${ready ? "" : "not "}ready`, () => {
      answer(text, status);
      const probe = run("ready.sh", { POD_NAME: "redis-2" });
      assert.deepEqual([probe.status, probe.stdout], [ready ? 0 : 1, shown]);
      assert.deepEqual(call("valkey-cli").args.slice(3), ["info", "replication"]);
    });
  }
});

describe("shell scripts", () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const git = spawnSync("git", ["ls-files", "*.sh"], { cwd: root, encoding: "utf8" });
  const scripts = (git.stdout ?? "").split("\n").filter((file) => file !== "");
  const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;
  const reason = hasShellcheck ? (git.status === 0 ? "" : "not a git checkout") : "shellcheck is not installed";
  const title = "satisfy shellcheck";

  (reason === "" ? it : it.skip)(reason === "" ? title : `${title} (skipped: ${reason})`, () => {
    assert.ok(scripts.length >= 4, `only ${scripts.join(", ")}`);
    const { stdout, status } = spawnSync("shellcheck", scripts, { cwd: root, encoding: "utf8" });
    assert.equal(stdout, "");
    assert.equal(status, 0);
  });
});
