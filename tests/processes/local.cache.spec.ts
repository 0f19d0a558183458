import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached, hashOf, hashOfFolder } from "../../local/cache.ts";
import { acquire, withLock } from "../../local/lock.ts";

describe("the cache of built artifacts", function () {
  if (process.platform !== "linux") return;

  let root: string;
  const put = (key: string, produce = (folder: string) => writeFile(join(folder, "result"), key)) =>
    cached({ root, artifact: "thing", key, versionsKept: 2, produce });

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "cache-"));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  it("builds once, even if asked twice at the same moment", async () => {
    let builds = 0;
    const produce = async (folder: string) => {
      builds += 1;
      await writeFile(join(folder, "result"), "built");
    };
    const folders = await Promise.all([put("a", produce), put("a", produce)]);
    folders.push(await put("a", produce));
    assert.deepEqual(new Set(folders), new Set([join(root, "thing", "a")]));
    assert.equal(await readFile(join(root, "thing", "a", "result"), "utf8"), "built");
    assert.equal(builds, 1);
  });

  it("has nothing of a build that failed, and tries again", async () => {
    const failing = async (folder: string) => {
      await writeFile(join(folder, "result"), "half");
      throw new Error("no network");
    };
    await assert.rejects(put("a", failing), { message: "no network" });
    assert.equal(await readFile(join(await put("a"), "result"), "utf8"), "a");
    assert.deepEqual(await readdir(join(root, "thing")), ["a"]);
  });

  it("removes what a killed build left", async () => {
    await mkdir(join(root, "thing", ".new-killed"), { recursive: true });
    await put("a");
    assert.deepEqual(await readdir(join(root, "thing")), ["a"]);
  });

  it("keeps the versions used last", async () => {
    for (const [key, hour] of [
      ["a", 3],
      ["b", 1],
    ] as const) {
      await utimes(await put(key), hour * 3600, hour * 3600);
    }
    await put("c");
    assert.deepEqual(await readdir(join(root, "thing")), ["a", "c"]);
  });

  it("counts finding a version as using it", async () => {
    await utimes(await put("a"), 3600, 3600);
    await put("a");
    assert.ok((await stat(join(root, "thing", "a"))).mtimeMs > 7200_000);
  });

  it("tells parts and files apart", async () => {
    assert.notEqual(hashOf("ab", "c"), hashOf("a", "bc"));
    const hash = async (files: Record<string, string>) => {
      const folder = await mkdtemp(join(root, "files-"));
      await mkdir(join(folder, "sub"));
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      return hashOfFolder(folder);
    };
    const first = await hash({ a: "1", "sub/b": "2" });
    assert.equal(await hash({ "sub/b": "2", a: "1" }), first);
    assert.notEqual(await hash({ a: "1", "sub/b": "3" }), first);
    assert.notEqual(await hash({ a: "1", "sub/c": "2" }), first);
  });
});

describe("the lock of a folder", function () {
  if (process.platform !== "linux") return;

  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lock-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("lets one in at a time", async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all([withLock(folder, work), withLock(folder, work), withLock(folder, work)]);
  });

  it("is free after work that failed", async () => {
    await assert.rejects(
      withLock(folder, () => Promise.reject(new Error("broken"))),
      { message: "broken" },
    );
    await withLock(folder, () => Promise.resolve(), { waitSeconds: 1 });
  });

  it("says so if somebody else keeps it", async () => {
    const release = await acquire(folder);
    let waited = 0;
    await assert.rejects(acquire(folder, { waitSeconds: 2, onWait: () => (waited += 1) }), {
      message: `${folder} is in use by another start or stop for more than 2 s: wait for its end, then try again`,
    });
    assert.equal(waited, 1);
    await release();
  });

  it("is free as soon as its holder is killed", async () => {
    const script = `const { acquire } = await import(${JSON.stringify(join(import.meta.dirname, "../../local/lock.ts"))});
      await acquire(${JSON.stringify(folder)}); console.log("locked"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
      cwd: join(import.meta.dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await assert.rejects(acquire(folder, { waitSeconds: 1 }));
    holder.kill("SIGKILL");
    await (
      await acquire(folder, { waitSeconds: 5 })
    )();
  });

  it("is taken on the folder that is there, not on one that was removed meanwhile", async () => {
    const release = await acquire(folder);
    const waiting = acquire(folder, { waitSeconds: 10 });
    await rm(folder, { recursive: true });
    await release();
    const second = await waiting;
    await assert.rejects(acquire(folder, { waitSeconds: 1 }));
    await second();
  });
});
