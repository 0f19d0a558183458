import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { mock } from "node:test";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { SessionData } from "express-session";
import waitFor from "p-wait-for";
import { connectStore } from "../src/store/connect.ts";
import type { StoreLink } from "../src/store/link.ts";
import { Browser, collectLog, startApp } from "./harness.ts";

const DEADLINE = { interval: 5, timeout: 5000 };
const sessionOf = (ttlSeconds: number): SessionData => ({
  cookie: { originalMaxAge: ttlSeconds * 1000, expires: new Date(Date.now() + ttlSeconds * 1000) },
});

describe("demo: sessions in files", () => {
  let folder: string;
  const links: StoreLink[] = [];
  const open = (path = join(folder, "sessions"), log = collectLog().log): StoreLink => {
    const link = connectStore({ url: pathToFileURL(path).href, prefix: "sess:", log, probeIntervalMs: 10 });
    links.push(link);
    return link;
  };
  const opened = async () => {
    const link = open();
    await waitFor(() => link.everUp, DEADLINE);
    return link;
  };
  const get = ({ store }: StoreLink, id: string) => promisify(store.get.bind(store))(id);
  const set = ({ store }: StoreLink, id: string, data: SessionData) => promisify(store.set.bind(store))(id, data);
  const files = () => readdir(join(folder, "sessions"));

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "demo-files-"))));
  afterEach(async () => {
    mock.restoreAll();
    for (const link of links.splice(0)) link.close();
    await rm(folder, { recursive: true });
  });

  it("are there again for the next process, until destroyed", async () => {
    const session = sessionOf(60);
    await set(await opened(), "a", session);
    const next = await opened();
    assert.deepEqual(await get(next, "a"), JSON.parse(JSON.stringify(session)));
    await promisify(next.store.destroy.bind(next.store))("a");
    assert.equal(await get(next, "a"), null);
    assert.deepEqual(await files(), []);
  });

  it("are in one file each, whose name does not tell the session's id", async () => {
    const link = await opened();
    for (const id of ["secret-id", "secret-id", "other"]) await set(link, id, sessionOf(60));
    const names = await files();
    assert.equal(names.length, 2);
    for (const name of names) assert.match(name, /^[0-9a-f]{64}\.json$/);
  });

  it("end when their time is over, and their files a minute later at most", async () => {
    let purge = () => assert.fail("no purge");
    const realSetInterval = setInterval;
    mock.method(globalThis, "setInterval", (callback: () => never, milliseconds: number) => {
      if (milliseconds === 60_000) purge = callback;
      return realSetInterval(callback, milliseconds);
    });
    const link = await opened();
    await set(link, "short", sessionOf(60));
    await set(link, "long", sessionOf(600));
    const ended = Date.now() + 61_000;
    mock.method(Date, "now", () => ended);
    assert.equal(await get(link, "short"), null);
    assert.equal((await files()).length, 2);
    purge();
    await waitFor(async () => (await files()).length === 1, DEADLINE);
    assert.notEqual(await get(link, "long"), null);
  });

  it("cannot be kept in what is no folder: the log says so, and requests are answered with 503", async () => {
    const taken = join(folder, "taken");
    await writeFile(taken, "");
    const { lines, log } = collectLog();
    const link = open(taken, log);
    await waitFor(() => lines.length > 0, DEADLINE);
    assert.deepEqual(lines, [{ event: "store.down", reason: `EEXIST: file already exists, mkdir '${taken}'` }]);
    assert.equal(link.everUp, false);
    const app = await startApp({ store: link.store, storeKind: link.kind, log });
    try {
      const answer = await new Browser(app.url).postJson("/api/login", { name: "Ada" });
      assert.equal(answer.status, 503);
      assert.deepEqual(await answer.json(), {
        error: "the storage of this pod does not answer; nothing is lost, try again in a moment",
      });
    } finally {
      await app.close();
    }
  });
});
