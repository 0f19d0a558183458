import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { eventually } from "../../deploy/eventually.ts";
import { archive, replacing, restored, restoring } from "./redisRestoring.ts";
import { contents, finished } from "./redisServers.ts";

restoring("restore.sh cut off", (t) => {
  /** Starts a restore and tells it to stop when the condition holds. */
  const stopWhen = async (what: string, look: () => boolean) => {
    const child = t.folder.start("restore.sh", t.env());
    const end = finished(child);
    await eventually(what, 20, () => Promise.resolve(look()));
    child.kill("SIGTERM");
    return end;
  };
  /** Sends redis-0 to a port on which nobody listens. */
  const unreachable = (text: string) => text.replace(`replicaof "$1" ${t.folder.port}`, 'replicaof "$1" 1');
  const stopped = "restore failed: it was told to stop\nredis-0 is the primary again, with 40 sessions (it had 40)\n";
  const oldOnes = async () => {
    assert.equal(t.primary.info("role"), "master");
    assert.deepEqual(contents(t.primary), t.current);
    assert.equal(t.primary.ask("config", "get", "masteruser"), "masteruser\nreplica");
    await t.inStep();
    assert.deepEqual(contents(t.replica), t.current);
  };

  it("while redis-0 cannot reach the archive's server: it never lost its sessions", async () => {
    t.folder.add("follow.sh", unreachable);
    const { status, stderr } = await stopWhen("redis-0 to follow", () => t.primary.info("role") === "slave");
    assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
    assert.equal(t.primary.info("run_id"), t.runId);
    await oldOnes();
  });

  it("while redis-0 reads the new sessions: it has the old ones again", async () => {
    t.primary.ask("config", "set", "key-load-delay", "20000", "loading-process-events-interval-bytes", "1024");
    // Ten seconds in all. After four the archive's server has sent a ping, which redis-0 hears when it has read.
    const isAtHalf = () => Number(t.primary.info("loading_loaded_perc")) > 40;
    const { status, stderr } = await stopWhen("redis-0 to load", isAtHalf);
    assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
    assert.notEqual(t.primary.info("run_id"), t.runId);
    await oldOnes();
  });

  it("while redis-0 writes its new files: it has the old sessions again", async () => {
    t.primary.ask("config", "set", "rdb-key-save-delay", "20000");
    const { status, stderr } = await stopWhen(
      "redis-0 to write",
      () => t.primary.info("aof_rewrite_in_progress") === "1",
    );
    assert.deepEqual({ status, stderr }, { status: 143, stderr: stopped });
    await oldOnes();
  });

  it("by a restart of redis-0: it says so, and redis-0 has the old sessions", async () => {
    t.primary.ask("config", "set", "rdb-key-save-delay", "20000");
    const end = finished(t.folder.start("restore.sh", t.env()));
    await eventually("redis-0 to write", 20, () => Promise.resolve(t.primary.info("aof_rewrite_in_progress") === "1"));
    await t.primary.crash();
    const { status, stderr } = await end;
    assert.equal(status, 1);
    assert.equal(
      stderr,
      "restore failed: redis-0 started again meanwhile\nredis-0 is the primary again, with 40 sessions (it had 40)\n",
    );
    await oldOnes();
  });

  it("for good: the next run starts redis-0 from its files first", async () => {
    t.primary.ask("config", "set", "rdb-key-save-delay", "20000");
    const child = t.folder.start("restore.sh", t.env());
    const end = finished(child);
    await eventually("redis-0 to write", 20, () => Promise.resolve(t.primary.info("aof_rewrite_in_progress") === "1"));
    child.kill("SIGKILL");
    process.kill(sourcePid(), "SIGKILL");
    await end;
    const { status, stdout } = await t.restore();
    assert.deepEqual(
      { status, stdout },
      {
        status: 0,
        stdout: `redis-0 follows ${t.folder.address(3)}, which is gone: starting it again\n${replacing(40, 500, archive)}${restored(500, archive)}`,
      },
    );
    assert.deepEqual(contents(t.primary), t.archived);
  });

  it("by its own time limit: it says what it waited for", async () => {
    t.folder.add("follow.sh", (text) => unreachable(text).replace("copy_limit=2400", "copy_limit=2"));
    const { status, stderr } = await t.restore();
    assert.equal(status, 1);
    assert.equal(
      stderr,
      "restore failed: redis-0 did not take the data over within 2 s: loading:0 aof_last_bgrewrite_status:ok " +
        "master_link_status:down\nredis-0 is the primary again, with 40 sessions (it had 40)\n",
    );
    await oldOnes();
  });

  /** The archive's server, which the killed script could not end. */
  function sourcePid(): number {
    const log = readFileSync(t.folder.at("run/source.log"), "utf8");
    return Number(/^(\d+):M /m.exec(log)?.[1]);
  }
});
