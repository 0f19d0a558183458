import assert from "node:assert/strict";
import { mock } from "node:test";
import { promisify } from "node:util";
import type { SessionData } from "express-session";
import { connectStore } from "../src/store/connect.ts";
import type { StoreLink } from "../src/store/link.ts";
import { Browser, collectLog, startApp } from "./harness.ts";

const sessionOf = (ttlSeconds: number): SessionData => ({
  cookie: { originalMaxAge: ttlSeconds * 1000, expires: new Date(Date.now() + ttlSeconds * 1000) },
});

describe("demo: sessions in the process", () => {
  let link: StoreLink;
  let events: ReturnType<typeof collectLog>["lines"];
  const realNow = Date.now;
  let now: number;
  let purge: () => void;
  beforeEach(() => {
    now = Date.now();
    // By hand: the warning of MockTimers on Node 20 lands in other tests, and a mock keeps each of its many calls.
    Date.now = () => now;
    const realSetInterval = setInterval;
    const interval = mock.method(globalThis, "setInterval", (callback: () => void, milliseconds: number) => {
      assert.equal(milliseconds, 60_000);
      purge = callback;
      return realSetInterval(() => undefined, milliseconds);
    });
    const { lines, log } = collectLog();
    events = lines;
    link = connectStore({ url: "memory:", prefix: "sess:", log });
    interval.mock.restore();
  });
  afterEach(() => {
    link.close();
    Date.now = realNow;
  });
  const get = (id: string) => promisify(link.store.get.bind(link.store))(id);
  const set = (id: string, data: SessionData) => promisify(link.store.set.bind(link.store))(id, data);
  const destroy = (id: string) => promisify(link.store.destroy.bind(link.store))(id);

  it("are there from the start", () => {
    assert.equal(link.everUp, true);
    assert.deepEqual(events, [{ event: "store.up" }]);
  });

  it("come back as copies, until destroyed", async () => {
    const session = sessionOf(60);
    await set("a", session);
    const [one, other] = [await get("a"), await get("a")];
    assert.deepEqual(one, JSON.parse(JSON.stringify(session)));
    assert.notEqual(one, other);
    await destroy("a");
    assert.equal(await get("a"), null);
  });

  it("end when their time is over", async () => {
    await set("a", sessionOf(60));
    now += 59_999;
    assert.notEqual(await get("a"), null);
    now += 1;
    assert.equal(await get("a"), null);
  });

  it("refuse one more than 100,000, keep those there are, and have room again when some have ended", async () => {
    await set("long", sessionOf(3600));
    for (let count = 1; count < 100_000; count += 1) await set(`short-${count}`, sessionOf(30));
    await assert.rejects(set("new", sessionOf(60)), {
      name: "StoreError",
      message: "100000 sessions are kept in memory already",
    });
    await set("long", sessionOf(3600));
    now += 30_000;
    purge();
    await set("new", sessionOf(60));
    assert.notEqual(await get("long"), null);
  });
});

describe("demo: application with sessions in the process", () => {
  it("serves a login, and another process knows nothing of it", async () => {
    const { log } = collectLog();
    const links = [0, 1].map(() => connectStore({ url: "memory:", prefix: "sess:", log }));
    const apps = await Promise.all(links.map(({ store, kind }) => startApp({ store, storeKind: kind, log })));
    try {
      const browser = new Browser(apps[0]?.url ?? "");
      await browser.postJson("/api/login", { name: "Ada" });
      assert.match(await (await browser.get("/")).text(), /<h1>Hello, Ada<\/h1>/);
      const astray = new Browser(apps[1]?.url ?? "");
      astray.cookie = browser.cookie;
      assert.match(await (await astray.get("/")).text(), /<h1>Log in<\/h1>/);
    } finally {
      await Promise.all(apps.map((app) => app.close()));
      for (const link of links) link.close();
    }
  });
});
