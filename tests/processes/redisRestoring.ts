import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { eventually } from "../../deploy/eventually.ts";
import { sessionCommands } from "../redisContents.ts";
import { contents, noRedis, password, ScriptFolder, Server, type Ended } from "./redisServers.ts";

// Real servers, client and checker, of whatever Redis this machine has; they are started again when they end, as a
// pod's container is. That images, claims and the Job fit is proved by the end-to-end suite (topic backup).

/** The archive on the claim. */
export const archive = "sessions-20260102T000000Z.rdb";

export const sum = (content: Buffer) => createHash("sha256").update(content).digest("hex");

/** What restore.sh says when it begins with the data, and when it is done. */
export const replacing = (old: number, count: number, name: string, expired = 0) =>
  `replacing the ${old} sessions of redis-0 by the ${count} of ${name} (${expired} more have expired)\n`;
export const restored = (count: number, name: string) =>
  `restored ${count} sessions from ${name}; redis-0 is the primary again\n`;

/** A suite whose every test has a claim with an archive, redis-0 with other sessions, and a replica of it. */
export function restoring(title: string, tests: (store: RestoringStore) => void): void {
  (noRedis === "" ? describe : describe.skip)(`${title}${noRedis && ` (skipped: ${noRedis})`}`, () => {
    const store = new RestoringStore();
    before(() => store.makeArchive());
    beforeEach(() => store.start());
    afterEach(() => store.stop());
    after(() => store.folder.remove());
    tests(store);
  });
}

export class RestoringStore {
  readonly folder = new ScriptFolder();
  primary!: Server;
  replica!: Server;
  /** What the archive holds. */
  archived: string[] = [];
  bytes = Buffer.alloc(0);
  /** What redis-0 holds before it is restored. */
  current: string[] = [];
  runId = "";

  async makeArchive(): Promise<void> {
    for (const script of ["backup.sh", "lib.sh", "follow.sh", "restore.sh"]) this.folder.add(script);
    const name = await this.archiveOf(sessionCommands(500), (origin) => {
      this.archived = contents(origin);
    });
    this.bytes = readFileSync(this.folder.at(`backup/${name}`));
  }

  /** Has another server carry the commands out, archives what it has then, and returns the archive's name. */
  async archiveOf(commands: string, look?: (origin: Server) => void): Promise<string> {
    const origin = await new Server(this.folder, 9, ["enable-debug-command yes"]).start();
    // It keeps what has expired until somebody asks for it, and so does the archive.
    origin.input(`debug set-active-expire 0\n${commands}`);
    look?.(origin);
    await this.folder.run("backup.sh", { SOURCES: origin.host, KEEP: "9" });
    await origin.stop();
    rmSync(this.folder.at("server-9"), { recursive: true });
    const archives = readdirSync(this.folder.at("backup")).filter((file) => file.endsWith(".rdb"));
    return archives.sort().at(-1) ?? "";
  }

  async start(): Promise<void> {
    for (const place of ["backup", "upload"]) {
      for (const file of readdirSync(this.folder.at(place))) rmSync(this.folder.at(`${place}/${file}`));
    }
    this.put(archive, this.bytes);
    const replication = ["masteruser replica", `masterauth ${password}`];
    this.primary = await new Server(this.folder, 1, replication).start();
    this.primary.input(sessionCommands(40, "sess:old-"));
    const follow = [`replicaof ${this.primary.host} ${this.primary.port}`, ...replication];
    this.replica = await new Server(this.folder, 2, follow).start();
    await this.inStep();
    this.current = contents(this.primary);
    this.runId = this.primary.info("run_id");
  }

  async stop(): Promise<void> {
    this.folder.add("follow.sh"); // A test may have changed it.
    await Promise.all([this.primary, this.replica].map((server) => server.stop()));
    for (const server of ["server-1", "server-2"]) rmSync(this.folder.at(server), { recursive: true });
    for (const file of readdirSync(this.folder.at("run"))) rmSync(this.folder.at(`run/${file}`), { recursive: true });
  }

  env(more: Record<string, string> = {}): Record<string, string> {
    return { PRIMARY_HOST: this.primary.host, POD_IP: this.folder.address(3), ...more };
  }

  restore(more: Record<string, string> = {}): Promise<Ended> {
    return this.folder.run("restore.sh", this.env(more));
  }

  put(name: string, content: Buffer, checksum = sum(content)): void {
    writeFileSync(this.folder.at(`backup/${name}`), content);
    writeFileSync(this.folder.at(`backup/${name}.sha256`), `${checksum}  ${name}\n`);
  }

  /** Waits until the replica has all that redis-0 has. */
  async inStep(): Promise<void> {
    const { primary, replica } = this;
    const offsets = () => [replica.info("slave_repl_offset"), primary.info("master_repl_offset")];
    await eventually("the replica to be in step", 20, () => {
      const [has, wanted] = offsets();
      return Promise.resolve(replica.info("master_link_status") === "up" && has === wanted);
    });
  }

  /** redis-0 was not touched: same process, same data, a primary all the time, and its replica still in step. */
  async untouched(): Promise<void> {
    assert.equal(this.primary.info("run_id"), this.runId);
    assert.equal(this.primary.info("role"), "master");
    assert.equal(this.primary.info("second_repl_offset"), "-1");
    assert.deepEqual(contents(this.primary), this.current);
    await this.inStep();
    assert.deepEqual(contents(this.replica), this.current);
  }
}
