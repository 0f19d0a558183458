import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHash, randomInt } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../deploy/eventually.ts";
import { relocate } from "./relocate.ts";
import { listContents, parseContents } from "../redisContents.ts";

/** Why tests with real servers are left out, or "". */
export const noRedis = ["server", "cli", "check-rdb"].every(
  (program) => spawnSync(`redis-${program}`, ["--version"]).status === 0,
)
  ? ""
  : "no redis-server, redis-cli and redis-check-rdb on PATH";

export const password = "Secret123";

/** A folder with scripts of the store in it, whose paths and port are those of this test instead of a pod's. */
export class ScriptFolder {
  readonly path = mkdtempSync(join(tmpdir(), "session-stack-servers-"));
  /** Every server of a test has this port, on an address of its own. */
  readonly port = randomInt(20_000, 32_000);
  readonly #network = `127.${randomInt(1, 255)}.${randomInt(0, 255)}`;

  constructor() {
    for (const place of ["run", "secrets", "backup", "upload", "bin"]) mkdirSync(this.at(place));
    writeFileSync(this.at("secrets/password"), password);
  }

  at(path: string): string {
    return join(this.path, path);
  }

  address(host: number): string {
    return `${this.#network}.${host}`;
  }

  /** Makes certificates, so that servers that are made from now on speak TLS alone; clients need TLS=yes then. */
  withCertificates(): void {
    mkdirSync(this.at("tls"));
    const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=redis -days 2";
    const files = ["-keyout", this.at("tls/tls.key"), "-out", this.at("tls/tls.crt")];
    execFileSync("openssl", [...options.split(" "), ...files], { stdio: "ignore" });
    copyFileSync(this.at("tls/tls.crt"), this.at("tls/ca.crt"));
  }

  /** Whether servers speak TLS. */
  get tls(): boolean {
    return existsSync(this.at("tls"));
  }

  /** Puts a script of components/redis here. */
  add(script: string, change = (text: string) => text): void {
    const text = readFileSync(new URL(`../../components/redis/${script}`, import.meta.url), "utf8")
      .replaceAll("/backup", this.at("backup"))
      .replaceAll("/upload", this.at("upload"));
    const places = { secrets: this.at("secrets"), state: this.at("run"), scripts: this.path, tls: this.at("tls") };
    writeFileSync(this.at(script), change(relocate(text, { ...places, port: this.port })));
  }

  /** Starts a script as a container does, apart from what is in `env`. */
  start(script: string, env: Record<string, string>, args: string[] = []): ChildProcess {
    return spawn("sh", [this.at(script), ...args], {
      env: { PATH: `${this.at("bin")}:${process.env.PATH}`, ENGINE: "redis", TLS: this.tls ? "yes" : "no", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  async run(script: string, env: Record<string, string>, args: string[] = [], input: Uint8Array = Buffer.alloc(0)) {
    const child = this.start(script, env, args);
    child.stdin?.on("error", () => undefined); // It may end without reading.
    child.stdin?.end(input);
    return finished(child);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** What a script printed, when it has ended. */
export async function finished(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, stdout, stderr };
}

/** A redis-server with the users of the store, on loopback, which is started again when it ends, as a container is. */
export class Server {
  readonly host: string;
  readonly port: number;
  readonly #folder: string;
  readonly #configuration: string;
  #process: ChildProcess | undefined;
  /** What the client needs to reach it. */
  readonly #reach: string[];
  #wanted = true;

  /** @param options lines of redis.conf */
  constructor(folder: ScriptFolder, host: number, options: string[] = []) {
    this.host = folder.address(host);
    this.port = folder.port;
    this.#folder = folder.at(`server-${host}`);
    mkdirSync(this.#folder);
    this.#configuration = join(this.#folder, "redis.conf");
    this.#reach = folder.tls ? ["--tls", "--cacert", folder.at("tls/ca.crt")] : [];
    const hash = `#${createHash("sha256").update(password).digest("hex")}`;
    const users = [
      "user default off",
      `user admin on ${hash} ~* &* +@all`,
      `user backup on ${hash} +ping +info +sync +psync +replconf`,
      `user replica on ${hash} +ping +psync +replconf`,
    ];
    writeFileSync(join(this.#folder, "users.acl"), users.map((line) => `${line}\n`).join(""));
    const common = [
      `bind ${this.host}`,
      ...(folder.tls ? tlsLines(folder, this.port) : [`port ${this.port}`]),
      `dir ${this.#folder}`,
      `aclfile ${this.#folder}/users.acl`,
      "protected-mode no",
      'save ""',
      "appendonly yes",
      "repl-diskless-sync-delay 0",
    ];
    writeFileSync(this.#configuration, [...common, ...options].map((line) => `${line}\n`).join(""));
  }

  async start(): Promise<this> {
    this.#launch();
    await eventually(`${this.host} to answer`, 15, () => Promise.resolve(this.ask("ping") === "PONG"));
    return this;
  }

  #launch(): void {
    const child = spawn("redis-server", [this.#configuration], { stdio: "ignore" });
    this.#process = child;
    child.once("exit", () => {
      if (this.#wanted) this.#launch();
    });
  }

  /** Sends a command as admin and returns the answer as it is. */
  ask(...command: string[]): string {
    return this.input(undefined, command);
  }

  /** Sends many commands at once. */
  input(lines: string | undefined, command: string[] = []): string {
    const answer = spawnSync(
      "redis-cli",
      ["-h", this.host, "-p", String(this.port), "--user", "admin", "--no-auth-warning", ...this.#reach, ...command],
      { encoding: "utf8", input: lines ?? "", env: { ...process.env, REDISCLI_AUTH: password }, maxBuffer: 1 << 28 },
    );
    return answer.stdout.trimEnd();
  }

  /** One line of INFO. */
  info(name: string): string {
    return new RegExp(`^${name}:(.*?)\r?$`, "m").exec(this.ask("info"))?.[1] ?? "";
  }

  /** Ends it as a crash does; it comes back by itself. */
  async crash(): Promise<void> {
    const before = this.info("run_id");
    this.#process?.kill("SIGKILL");
    await eventually(`${this.host} to be back`, 15, () => {
      const now = this.info("run_id");
      return Promise.resolve(now !== "" && now !== before && this.ask("ping") === "PONG");
    });
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}

function tlsLines(folder: ScriptFolder, port: number): string[] {
  const files = { "cert-file": "tls.crt", "key-file": "tls.key", "ca-cert-file": "ca.crt" };
  return [
    "port 0",
    `tls-port ${port}`,
    "tls-auth-clients no",
    "tls-replication yes",
    ...Object.entries(files).map(([name, file]) => `tls-${name} ${folder.at(`tls/${file}`)}`),
  ];
}

/** Every key with its value's digest and its expiry. */
export function contents(server: Server): string[] {
  return parseContents(server.ask("eval", listContents, "0"));
}
