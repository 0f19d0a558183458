import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { Environment } from "../../cli/environment.ts";
import { eventually } from "../../deploy/eventually.ts";
import { exec } from "../../deploy/exec.ts";
import { destroyStack, type StackOptions } from "../../deploy/stack.ts";
import { backUp, downloadArchive, listArchives } from "../../deploy/store/backup.ts";
import { followJob } from "../../deploy/store/jobs.ts";
import { override } from "../../deploy/store/override.ts";
import { heldReason } from "../../deploy/store/place.ts";
import { planReseed, reseed } from "../../deploy/store/reseed.ts";
import { restore } from "../../deploy/store/restore.ts";
import { inStep } from "../../deploy/store/states.ts";
import { contents, deployStore, fill, reports, type StoreUnderTest } from "./backup/stores.ts";
import { openEnvironment } from "./environment.ts";
import { suite } from "./options.ts";
import { ownStack, unreachable } from "./ownStack.ts";
import { askStore, deletePod, readySuccessor, replacePod } from "./proof/pods.ts";

const sessions = 6000;

for (const engine of ["valkey", "redis"] as const) {
  describe(`backup and restore, engine ${engine}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "session-stack-backup-"));
    const file = join(folder, "sessions.rdb");
    const deployed: StackOptions[] = [];
    let environment: Environment;
    /** The stack that is backed up, and a fresh one. */
    let source: StoreUnderTest;
    let fresh: StoreUnderTest;
    /** What the source holds. */
    let original: string[];

    const deploy = async (stack: string, backup: object) => {
      const overrides = { ...(engine === "redis" ? environment.redis : {}), "store.backup": backup };
      const options = await ownStack(stack, environment, { ...unreachable, ...overrides, "store.replicas": 2 });
      deployed.push(options);
      return deployStore(options);
    };

    before("a stack with sessions, and a fresh one", async () => {
      environment = await openEnvironment();
      source = await deploy("backup-source", { schedule: "0 3 1 1 *", keep: 2 });
      fresh = await deploy("backup-fresh", { schedule: "* * * * *", keep: 3 });
      await fill(source, sessions);
      original = await contents(source);
      assert.equal(original.length, sessions);
    });

    after("destroy them", async () => {
      rmSync(folder, { recursive: true });
      for (const options of deployed) await destroyStack(options);
    });

    it("makes an archive from a replica, and copies it to this machine", async () => {
      await backUp(source);
      const [archive] = await listArchives(source);
      assert.ok(archive !== undefined);
      assert.deepEqual(reports(source), [
        `backed up ${sessions} keys of redis-1.redis.${source.namespace}.svc as ${archive.name}; archives kept: 1`,
      ]);
      await downloadArchive(source, archive.name, file);
      const { size, mode } = statSync(file);
      assert.deepEqual([size, mode & 0o777], [archive.bytes, 0o600]);
      assert.match(readFileSync(`${file}.sha256`, "utf8"), /^[0-9a-f]{64} {2}sessions\.rdb\n$/);
      await assert.rejects(downloadArchive(source, "sessions-1.rdb", `${file}-1`), {
        message: `there is no archive sessions-1.rdb; there are: ${archive.name}`,
      });
    });

    it("restores it into a fresh stack: every key's value and expiry, on every member", async () => {
      await fill(fresh, 10, "sess:other-");
      await restore(fresh, { file });
      assert.deepEqual(reports(fresh), [
        "waiting for the archive",
        `replacing the 10 sessions of redis-0 by the ${sessions} of sessions.rdb (0 more have expired)`,
        `restored ${sessions} sessions from sessions.rdb; redis-0 is the primary again`,
      ]);
      for (const member of ["redis-0", "redis-1", "redis-2"]) assert.deepEqual(await contents(fresh, member), original);
    });

    it("has restored it for good: redis-0 reads it from its files, a replica gets it anew", async () => {
      await replacePod(fresh, "redis-0");
      assert.deepEqual(await contents(fresh), original);
      await inStep(fresh);
      await replacePod(fresh, "redis-2");
      assert.deepEqual(await contents(fresh, "redis-2"), original);
    });

    describe("refuses a bad archive, and changes nothing:", () => {
      const cases: [title: string, change: (bytes: Buffer) => Buffer, why: RegExp][] = [
        ["truncated", (bytes) => bytes.subarray(0, -1000), /Unexpected EOF|RDB CRC error/],
        ["a bit flipped", (bytes) => flipped(bytes, bytes.length - 4), /RDB CRC error/],
        ["empty", () => Buffer.alloc(0), /Unexpected EOF/],
        ["none at all", () => Buffer.from("no sessions in here\n"), /Wrong signature/],
      ];
      for (const [title, change, why] of cases) {
        it(title, async () => {
          const bad = join(folder, "bad.rdb");
          writeFileSync(bad, change(readFileSync(file)));
          const before = await askStore(fresh, "redis-0", "info", "server");
          await assert.rejects(restore(fresh, { file: bad }), /^Error: Job session-store-restore-\w+ failed: /);
          const [, refusal = "", ...more] = reports(fresh);
          assert.match(
            refusal,
            /^restore refused: sessions\.rdb is no archive or a damaged one: .*; nothing was changed$/,
          );
          assert.match(refusal, why);
          assert.deepEqual(more, []);
          assert.deepEqual(await contents(fresh), original);
          const runId = /run_id:\w+/;
          const after = await askStore(fresh, "redis-0", "info", "server");
          assert.equal(runId.exec(after)?.[0], runId.exec(before)?.[0]);
        });
      }

      it("other than its checksum says, before anything is sent", async () => {
        const bad = join(folder, "other.rdb");
        writeFileSync(bad, readFileSync(file));
        writeFileSync(`${bad}.sha256`, `${"0".repeat(64)}  other.rdb\n`);
        await assert.rejects(restore(fresh, { file: bad }), {
          message: `${bad} is damaged: its SHA-256 is not the one in ${bad}.sha256; nothing was changed`,
        });
      });
    });

    it("restores the newest archive by kubectl create job alone", async () => {
      await askStore(source, "redis-0", "flushall");
      await fill(source, 20, "sess:later-");
      await kubectl(source.namespace, "create", "job", "by-hand", "--from=cronjob/session-store-restore");
      await followJob(source, { metadata: { name: "by-hand" } });
      assert.match(
        reports(source).at(-1) ?? "",
        /^restored 6000 sessions from sessions-\S+\.rdb; redis-0 is the primary/,
      );
      assert.deepEqual(await contents(source), original);
      await inStep(source);
      assert.deepEqual(await contents(source, "redis-2"), original);
    });

    it("keeps as many archives as are wanted, the newest", async () => {
      const [first] = await listArchives(source);
      await backUp(source);
      await backUp(source);
      const names = (await listArchives(source)).map(({ name }) => name);
      assert.equal(names.length, 2);
      assert.ok(first !== undefined && !names.includes(first.name));
      assert.match(reports(source).at(-1) ?? "", new RegExp(`as ${names[1]}; archives kept: 2$`));
    });

    describe("reseed", () => {
      /** Removes all that redis-0 has on its volume, and the pod. */
      const emptyPrimary = async () => {
        // With open files it would write a last manifest when it ends, and NFS would keep them under another name.
        await askStore(source, "redis-0", "config", "set", "appendonly", "no");
        await exec(source.cluster, source.namespace, "redis-0", ["sh", "-c", "rm -rf /data/* || true"]);
        await deletePod(source, "redis-0");
        const reason = await eventually("redis-0 to be held", 120, () => heldReason(source, "redis-0"));
        assert.equal(reason, `this volume is empty and redis-1 holds ${sessions} keys: run npm run store -- reseed`);
      };
      const allHave = async () => {
        for (const member of ["redis-0", "redis-1", "redis-2"])
          assert.deepEqual(await contents(source, member), original);
      };

      it("fills redis-0, held because its volume is empty, from a replica", async () => {
        await emptyPrimary();
        const plan = await planReseed(source);
        assert.deepEqual([plan.lost, plan.source.member, plan.source.keys], [0, "redis-1", sessions]);
        await reseed(source, plan);
        assert.deepEqual(reports(source), [
          `redis-0 takes ${sessions} sessions over from redis-1`,
          `reseeded redis-0 with ${sessions} sessions of redis-1; it is the primary again`,
          "all members are in step",
        ]);
        await allHave();
        await replacePod(source, "redis-0");
        await inStep(source);
        await allHave();
      });

      it("fills a redis-0 that began anew by order, whose replicas kept their data", async () => {
        await emptyPrimary();
        const { metadata } = await source.cluster.core.readNamespacedPod({
          name: "redis-0",
          namespace: source.namespace,
        });
        await override(source, "redis-0");
        await eventually(
          "redis-0 to begin anew",
          60,
          async () => (await askStore(source, "redis-0", "dbsize")) === "0",
        );
        await readySuccessor(source, "redis-0", `not ${metadata?.uid}`);
        await fill(source, 5, "sess:anew-");
        assert.deepEqual(await contents(source, "redis-1"), original);
        assert.deepEqual(await contents(source, "redis-2"), original);
        const plan = await planReseed(source);
        assert.deepEqual([plan.held, plan.lost, plan.source.keys], [undefined, 5, sessions]);
        await reseed(source, plan);
        await allHave();
      });
    });

    it("has made archives by its schedule meanwhile", async () => {
      const cronJob = { name: "session-store-backup", namespace: fresh.namespace };
      await eventually("a scheduled backup", 120, async () => {
        const { status } = await fresh.cluster.batch.readNamespacedCronJob(cronJob);
        return status?.lastSuccessfulTime;
      });
      assert.ok((await listArchives(fresh)).length > 0);
    });
  });
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

/** kubectl as a user has it. */
async function kubectl(namespace: string, ...args: string[]): Promise<void> {
  const command = suite.cluster === undefined ? "npm" : "kubectl";
  const first =
    suite.cluster === undefined ? ["run", "--silent", "kubectl", "--"] : ["--context", suite.cluster.context];
  await execa(command, [...first, "-n", namespace, ...args]);
}
