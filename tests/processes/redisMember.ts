import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { redisConf } from "../../components/redis/conf.ts";
import { users } from "../../components/redis/names.ts";
import type { Certified } from "../../demo/tests/certificate.ts";
import { eventually } from "../../deploy/eventually.ts";
import { relocate } from "./relocate.ts";
import { SecretVolume } from "./secretVolume.ts";

const components = new URL("../../components/redis/", import.meta.url);

/** One pod of the store. */
export class Member {
  readonly data: string;
  /** Environment of the container beside what every member has. */
  readonly env: Record<string, string> = {};
  readonly #ordinal: number;
  readonly #address: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #secrets: SecretVolume;
  #process: ChildProcess | undefined;

  constructor(ordinal: number, address: string, port: number, places: { folder: string; data: string }) {
    this.#ordinal = ordinal;
    this.#address = address;
    this.#port = port;
    this.#folder = places.folder;
    this.data = places.data;
    for (const name of [places.data, ...["etc", "run"].map((place) => this.#at(place))])
      mkdirSync(name, { recursive: true });
    this.#secrets = new SecretVolume(this.#at("secrets"));
    for (const file of readdirSync(components).filter((name) => name.endsWith(".sh"))) this.#install(file);
    this.#configure(false);
    this.passwords([1]);
  }

  #at(path: string): string {
    return join(this.#folder, path);
  }

  /** The text with this member's places and addresses in it, instead of a pod's. */
  #here(text: string): string {
    const places = { secrets: this.#at("secrets"), state: this.#at("run"), scripts: this.#at("etc") };
    const here = text
      .replaceAll(/(?<![\w/])\/data\b/g, this.data)
      .replaceAll("127.0.0.1", this.#address)
      .replaceAll(/sleep 1$/gm, "sleep 0.2")
      .replaceAll(/sleep 2$/gm, "sleep 0.5")
      .replaceAll("$1.${PRIMARY_HOST#*.}", "${PRIMARY_HOST%.*}.${1##*-}"); // addresses, not names
    return relocate(here, { ...places, tls: this.#at("etc-tls"), port: this.#port });
  }

  #install(script: string) {
    writeFileSync(this.#at(`etc/${script}`), this.#here(readFileSync(new URL(script, components), "utf8")));
  }

  #configure(tls: boolean) {
    const conf = redisConf({ durability: "always", eviction: "noeviction", memory: "64Mi", tls });
    writeFileSync(this.#at("etc/redis.conf"), `${this.#here(conf)}bind ${this.#address}\n`);
  }

  /** Puts these into its folder of certificates. A start from now on is one with TLS. */
  certify({ certificate, key }: Certified, ca: Certified) {
    mkdirSync(this.#at("etc-tls"), { recursive: true });
    for (const [file, text] of [
      ["tls.crt", certificate],
      ["tls.key", key],
      ["ca.crt", ca.certificate],
    ] as const)
      writeFileSync(this.#at(`etc-tls/${file}`), text);
    this.env.TLS = "yes";
    this.#configure(true);
  }

  /** Where it listens. */
  get endpoint() {
    return { host: this.#address, port: this.#port };
  }

  /** Changes the Secret: all versions are accepted, the first is in use. */
  passwords(versions: number[]) {
    this.#secrets.change(passwordFiles(versions));
  }

  /** A shell command that changes the Secret. */
  commandForPasswords(versions: number[]): string {
    return this.#secrets.commandToSwitch(this.#secrets.prepare(passwordFiles(versions)));
  }

  /** Writes one file of the Secret. */
  secret(name: string, text: string) {
    writeFileSync(this.#at(`secrets/..data/${name}`), text);
  }

  /** Takes one of the files away that the pod is given. */
  without(path: string) {
    rmSync(this.#at(path));
  }

  #environment() {
    return {
      PATH: process.env.PATH,
      ENGINE: "redis",
      NAMESPACE: "shop",
      POD_NAME: `redis-${this.#ordinal}`,
      PRIMARY_HOST: this.#address.replace(/\d+$/, "0"),
      KEY_PREFIX: "sess:",
      CORRUPT_TAIL: "repair",
      TLS: "no",
      ...this.env,
    };
  }

  /** Starts the container. */
  launch(): this {
    const log = openSync(this.#at("log"), "a");
    const command = [this.#at("etc/start.sh")];
    this.#process = spawn("sh", command, { env: this.#environment(), detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    return this;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<this> {
    this.launch();
    await eventually(`redis-${this.#ordinal} to be ready`, 15, () => Promise.resolve(this.ready() === ""));
    return this;
  }

  /**
   * Waits, after it is ready, until its watcher has noted that the data was read: what is killed before counts as a
   * server that could not.
   */
  async loaded(): Promise<void> {
    await eventually("it to be noted that it has loaded", 15, () =>
      Promise.resolve(this.file("starting") === undefined),
    );
  }

  /** Runs a script in the pod. */
  script(name: string, ...args: string[]) {
    const { status, stdout, stderr } = spawnSync("sh", [this.#at(`etc/${name}`), ...args], {
      env: this.#environment(),
      encoding: "utf8",
    });
    return { status, text: `${stdout}${stderr}`.trimEnd() };
  }

  /** Why it is not ready, or "". */
  ready(): string {
    const { status, text } = this.script("ready.sh");
    return status === 0 ? "" : text || "not ready";
  }

  /** One command as admin. */
  ask(...command: string[]): string {
    return this.script("ask.sh", ...command).text;
  }

  /** One command as somebody else. */
  askAs(user: string, password: string, ...command: string[]): string {
    const args = ["-h", this.#address, "-p", String(this.#port), "--no-auth-warning"];
    const given = user === "" ? [] : ["--user", user];
    const env = { PATH: process.env.PATH, ...(user === "" ? {} : { REDISCLI_AUTH: password }) };
    const { stdout, stderr } = spawnSync("redis-cli", [...args, ...given, ...command], { env, encoding: "utf8" });
    return `${stdout}${stderr}`.trim();
  }

  /** Waits until it is held for this reason. */
  async held(reason: string | RegExp): Promise<void> {
    const matches = (text: string) => (typeof reason === "string" ? text === reason : reason.test(text));
    await eventually(`redis-${this.#ordinal} to be held: ${String(reason)}, not ${this.ready()}`, 15, () =>
      Promise.resolve(matches(this.ready().replace(/^held: /, ""))),
    );
  }

  /** The exit code of the container, when it has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await this.stop("SIGKILL");
    return child.exitCode;
  }

  /** Makes a program and returns the folder it is in. */
  program(name: string, body: string): string {
    mkdirSync(this.#at("bin"), { recursive: true });
    writeFileSync(this.#at(`bin/${name}`), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return this.#at("bin");
  }

  /** Orders a held start to go on. @param follow whom to follow first */
  override(follow = "") {
    writeFileSync(this.#at("run/override"), follow);
  }

  /** Content of a file of its volume, or undefined. */
  file(name: string): string | undefined {
    const path = join(this.data, name);
    return existsSync(path) ? readFileSync(path, "utf8").trimEnd() : undefined;
  }

  /** Path of the append-only file that is written to. */
  get appendOnlyFile(): string {
    const folder = join(this.data, "appendonlydir");
    return join(folder, readdirSync(folder).find((name) => name.endsWith(".incr.aof")) ?? "");
  }

  get log(): string {
    return readFileSync(this.#at("log"), "utf8");
  }

  /** Arguments of the server's process. */
  get commandLine(): string[] {
    return readFileSync(`/proc/${this.#process?.pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  }

  /** Ends the container as Kubernetes does, and loses what is in memory. Returns its exit code. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<number | null> {
    const child = this.#process;
    if (child?.pid === undefined) return null;
    this.#process = undefined;
    if (child.exitCode === null && child.signalCode === null) {
      process.kill(child.pid, signal);
      await once(child, "exit");
    }
    // The rest of the container ends with its first process.
    spawnSync("pkill", ["-KILL", "-g", String(child.pid)]);
    rmSync(this.#at("run"), { recursive: true, maxRetries: 10 });
    mkdirSync(this.#at("run"));
    return child.exitCode;
  }

  kill() {
    return this.stop("SIGKILL");
  }
}

/** The Secret's files: a password of each user for each version, and which version is in use. */
function passwordFiles(versions: number[]): Record<string, string> {
  const files = versions.flatMap((version) =>
    users.map((user) => [`${user}-${version}`, `${user}Secret${version}`] as const),
  );
  return { ...Object.fromEntries(files), current: String(versions[0]) };
}
