import assert from "node:assert/strict";
import { execaSync } from "execa";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  isAlive,
  lastLines,
  parseStartTime,
  readRecord,
  readRecords,
  startProcess,
  startTimeOf,
  stopProcess,
  until,
} from "../../local/process.ts";

describe("a process that outlives its starter", function () {
  if (process.platform !== "linux") return;

  let folder: string;
  const options = () => ({ records: join(folder, "records"), log: join(folder, "log"), environment: {} });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "process-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("is recorded, alive, and ends when asked", async () => {
    const record = await startProcess("sleeper", ["/bin/sleep", "1000"], options());
    assert.deepEqual(readRecord(options().records, "sleeper"), record);
    assert.ok(isAlive(record));
    await stopProcess(record, 5);
    assert.equal(isAlive(record), false);
  });

  it("runs in a session of its own, without the caller's environment, and logs all it prints", async () => {
    const script = "echo out; echo err >&2; env | grep -c SECRET; ps -o sid= -p $$; exec sleep 1000";
    process.env.SECRET_OF_TEST = "1";
    const record = await startProcess("talker", ["/bin/sh", "-c", script], {
      ...options(),
      environment: { PATH: "/usr/bin:/bin" },
    });
    delete process.env.SECRET_OF_TEST;
    const read = () => readFile(options().log, "utf8");
    assert.ok(await until(async () => (await read()).split("\n").length === 5, 5));
    assert.deepEqual(
      (await read()).split("\n").map((line) => line.trim()),
      ["out", "err", "0", `${record.pid}`, ""],
    );
    await stopProcess(record, 5);
  });

  it("is killed if it does not end when asked", async () => {
    const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
    const record = await startProcess("stubborn", ["/bin/sh", "-c", script], {
      ...options(),
      environment: { PATH: "/usr/bin:/bin" },
    });
    assert.ok(await until(async () => (await readFile(options().log, "utf8")) === "ready\n", 5));
    await stopProcess(record, 0.2);
    assert.equal(isAlive(record), false);
  });

  it("is not taken for another with the same id", () => {
    const startTime = startTimeOf(process.pid);
    assert.ok(startTime);
    assert.ok(isAlive({ pid: process.pid, startTime }));
    assert.equal(isAlive({ pid: process.pid, startTime: `${startTime}0` }), false);
  });

  it("is reported if it can't be started", async () => {
    await assert.rejects(startProcess("none", [join(folder, "none")], options()), { code: "ENOENT" });
    assert.deepEqual(readRecords(options().records), []);
  });

  it("has no record if that was cut off", async () => {
    await writeFile(join(folder, "half.json"), '{"name":"ha');
    assert.equal(readRecord(folder, "half"), undefined);
    assert.deepEqual(readRecords(folder), []);
    assert.deepEqual(readRecords(join(folder, "missing")), []);
  });

  it("is found by its start time, whatever its name", () => {
    const fields = `S ${Array.from({ length: 18 }, (_, index) => index).join(" ")} 4711 0 0`;
    assert.equal(parseStartTime(`12 (a) b (c)) ${fields}`), "4711");
    assert.equal(parseStartTime(`12 (sh) ${fields.replace("S", "Z")}`), undefined);
    const { stdout } = execaSync("cat", ["/proc/self/stat"]);
    assert.match(parseStartTime(stdout) ?? "", /^\d+$/);
  });

  it("shows the last lines of its log", async () => {
    await writeFile(join(folder, "log"), "one\n\ntwo\nthree\n");
    assert.deepEqual(await lastLines(join(folder, "log"), 2), ["two", "three"]);
    assert.deepEqual(await lastLines(join(folder, "missing"), 2), []);
  });
});
