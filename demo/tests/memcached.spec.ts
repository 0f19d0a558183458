import assert from "node:assert/strict";
import { promisify } from "node:util";
import type { SessionData } from "express-session";
import waitFor from "p-wait-for";
import { connectStore } from "../src/store/connect.ts";
import type { StoreLink } from "../src/store/link.ts";
import { FakeMemcached } from "./fakeMemcached.ts";
import { Browser, collectLog, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

const COMMAND_TIMEOUT_MS = 200;
const DEADLINE = { interval: 5, timeout: 5000 };
const DAY = 24 * 60 * 60;

/** A session that ends in `ttlSeconds`, with a text of this length besides. */
function sessionOf(ttlSeconds: number, length = 0): SessionData {
  const originalMaxAge = ttlSeconds * 1000;
  const cookie = { originalMaxAge, expires: new Date(Date.now() + originalMaxAge) };
  return { cookie, login: { name: "ä".repeat(length), visits: 0, createdAt: 0, pods: {} } };
}

describe("demo: sessions in memcached", () => {
  let memcached: FakeMemcached;
  let link: StoreLink;
  let app: RunningApp;
  let events: ReturnType<typeof collectLog>["lines"];
  let browser: Browser;
  /** Errors nobody handled: the process would have died of them. */
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);

  beforeEach(async () => {
    process.on("unhandledRejection", note);
    memcached = new FakeMemcached();
    await memcached.start();
    const { lines, log } = collectLog();
    events = lines;
    link = connectStore({
      url: memcached.url,
      prefix: "shop:",
      log,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      probeIntervalMs: 50,
    });
    app = await startApp({ store: link.store, storeKind: link.kind, log });
    browser = new Browser(app.url);
    await waitFor(() => link.everUp, DEADLINE);
    const login = await browser.postJson("/api/login", { name: "Ada" });
    assert.equal(((await login.json()) as { name: string }).name, "Ada");
  });
  afterEach(async () => {
    await app.close();
    link.close();
    await memcached.stop();
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled.splice(0), []);
  });

  const names = (): string[] => events.map(({ event }) => event);
  const isUp = (): boolean => names().at(-1) === "store.up";
  const isDown = (): boolean => names().at(-1) === "store.down";
  const get = (id: string) => promisify(link.store.get.bind(link.store))(id);
  const set = (id: string, data: SessionData) => promisify(link.store.set.bind(link.store))(id, data);
  const destroy = (id: string) => promisify(link.store.destroy.bind(link.store))(id);

  async function assertUnavailable(response: Response): Promise<void> {
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "2");
    assert.deepEqual(response.headers.getSetCookie(), []);
    assert.deepEqual(await response.json(), { error: "the session store does not answer; try again in a moment" });
  }

  async function assertStillLoggedIn(): Promise<void> {
    const response = await browser.get("/api/session");
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { name: string }).name, "Ada");
  }

  it("are under their prefix, as text, for as long as the cookie lives, and gone after a logout", async () => {
    const [[key, { value, flags, expiry }] = ["", { value: "", flags: "", expiry: 0 }]] = memcached.values;
    assert.match(key, /^shop:[\w-]{32}$/);
    assert.equal((JSON.parse(value) as { login: { name: string } }).login.name, "Ada");
    assert.deepEqual([flags, expiry], ["0", 3600]);
    await browser.postJson("/api/logout", {});
    assert.equal(memcached.values.size, 0);
    assert.deepEqual(new Set(memcached.received), new Set(["version", "get", "set", "delete"]));
  });

  it("come back as they were", async () => {
    const session = sessionOf(60, 1000);
    await set("a", session);
    assert.deepEqual(await get("a"), JSON.parse(JSON.stringify(session)));
    assert.equal(await get("nobody"), null);
    await destroy("nobody");
  });

  it("have a life of up to 30 days in seconds, and a longer one as the time when it ends", async () => {
    await set("month", sessionOf(30 * DAY));
    assert.equal(memcached.values.get("shop:month")?.expiry, 30 * DAY);
    const before = Math.floor(Date.now() / 1000);
    await set("longer", sessionOf(30 * DAY + 1));
    const ends = (memcached.values.get("shop:longer")?.expiry ?? 0) - (30 * DAY + 1);
    assert.ok(ends >= before && ends <= Date.now() / 1000, `ends ${ends - before} s off`);
  });

  it("are refused beyond 1,000,000 bytes, and what was there stays", async () => {
    await set("a", sessionOf(60));
    const bytes = Buffer.byteLength(JSON.stringify(sessionOf(60, 500_000)));
    await assert.rejects(set("a", sessionOf(60, 500_000)), {
      name: "Error",
      message: `a session of ${bytes} bytes is too large for memcached; at most 1000000 fit`,
    });
    assert.equal((await get("a"))?.login?.name, "");
  });

  for (const [what, id] of [
    ["a space", "a b"],
    ["a line break", "a\r\nflush_all"],
    ["more than 250 bytes", "k".repeat(246)],
    ["a letter beyond ASCII", "ä"],
  ] as const) {
    it(`never send a key with ${what}: it could be another command`, async () => {
      const error = {
        name: "Error",
        message: "the key of a session is not fit for memcached; it takes 1 to 250 visible ASCII characters",
      };
      const received = memcached.received.filter((command) => command !== "version").length;
      await assert.rejects(get(id), error);
      await assert.rejects(set(id, sessionOf(60)), error);
      await assert.rejects(destroy(id), error);
      assert.equal(memcached.received.filter((command) => command !== "version").length, received);
      await set("k".repeat(245), sessionOf(60));
    });
  }

  it("away: 503 at once and no cookie; back: a new connection, up again", async () => {
    await memcached.stop();
    await assertUnavailable(await browser.get("/api/session"));
    await assertUnavailable(await browser.postJson("/api/login", { name: "Bob" }));
    await assertUnavailable(await browser.postJson("/api/logout", {}));
    await waitFor(isDown, DEADLINE);
    await memcached.start();
    await assertStillLoggedIn();
    await waitFor(isUp, DEADLINE);
    assert.deepEqual(names(), ["store.up", "store.down", "store.up"]);
  });

  it("emptied by a restart: a stranger again, who can log in", async () => {
    await memcached.stop();
    memcached.values.clear();
    await memcached.start();
    const response = await browser.get("/api/session");
    assert.equal(((await response.json()) as { loggedIn: boolean }).loggedIn, false);
    assert.equal((await browser.postJson("/api/login", { name: "Ada" })).status, 200);
    await assertStillLoggedIn();
  });

  it("silent: 503 in bounded time, then a new connection, since the old one may lead nowhere", async () => {
    const { connections } = memcached;
    memcached.silent = true;
    const start = performance.now();
    await assertUnavailable(await browser.get("/api/session"));
    assert.ok(performance.now() - start < COMMAND_TIMEOUT_MS + 500);
    await waitFor(() => memcached.connections > connections, DEADLINE);
    memcached.silent = false;
    await waitFor(isUp, DEADLINE);
    await assertStillLoggedIn();
  });

  it("answers a refused command by 503, and goes on afterwards", async () => {
    memcached.errorReply = "SERVER_ERROR out of memory storing object";
    await assertUnavailable(await browser.get("/api/session"));
    await assertUnavailable(await browser.postJson("/api/login", { name: "Bob" }));
    memcached.errorReply = undefined;
    await assertStillLoggedIn();
  });

  it("refuses at once what exceeds 1000 waiting commands, and answers again afterwards", async () => {
    memcached.silent = true;
    const waiting = Promise.allSettled(Array.from({ length: 1000 }, () => get("nobody")));
    await assert.rejects(get("nobody"), { name: "StoreError", message: "1000 commands wait for the store already" });
    for (const { status } of await waiting) assert.equal(status, "rejected");
    await waitFor(isDown, DEADLINE);
    memcached.silent = false;
    await waitFor(isUp, DEADLINE);
    assert.equal(await get("nobody"), null);
    // The probe has a place of its own: what it reports is the server, not the queue.
    assert.deepEqual(
      events.filter(({ event }) => event === "store.down").map(({ reason }) => String(reason).includes("wait for")),
      [false],
    );
  });

  it("calls what another program stored under the key an internal error", async () => {
    const [key = ""] = memcached.values.keys();
    memcached.values.set(key, { value: "not-json-of-Ada", flags: "0", expiry: 0 });
    assert.equal((await browser.get("/api/session")).status, 500);
    assert.equal(events.at(-1)?.reason, "a stored session is not valid JSON");
  });

  it("connects no more once it was closed", async () => {
    const { connections } = memcached;
    link.close();
    await assert.rejects(get("a"), { name: "StoreError", message: "the connection to the store was closed" });
    assert.equal(memcached.connections, connections);
  });
});

describe("demo: connection to memcached", () => {
  it("waits for a server that is not there at first, says so once, and finds it when it comes", async () => {
    const memcached = new FakeMemcached();
    await memcached.start();
    await memcached.stop();
    const { lines, log } = collectLog();
    const link = connectStore({ url: memcached.url, prefix: "sess:", log, commandTimeoutMs: 200, probeIntervalMs: 20 });
    try {
      await waitFor(() => lines.length > 0, DEADLINE);
      assert.equal(link.everUp, false);
      await memcached.start();
      await waitFor(() => link.everUp, DEADLINE);
      assert.deepEqual(lines, [
        { event: "store.down", reason: `connect ECONNREFUSED 127.0.0.1:${memcached.port}` },
        { event: "store.up" },
      ]);
    } finally {
      link.close();
      await memcached.stop();
    }
  });
});
