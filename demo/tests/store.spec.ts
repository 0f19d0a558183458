import assert from "node:assert/strict";
import { mock } from "node:test";
import waitFor from "p-wait-for";
import { connectStore } from "../src/store/connect.ts";
import type { StoreLink } from "../src/store/link.ts";
import { FakeRedis } from "./fakeRedis.ts";
import { Browser, collectLog, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

const COMMAND_TIMEOUT_MS = 200;
const DEADLINE = { interval: 5, timeout: 5000 };

describe("demo: session store", () => {
  let redis: FakeRedis;
  let link: StoreLink;
  let app: RunningApp;
  let events: ReturnType<typeof collectLog>["lines"];
  let browser: Browser;
  /** Errors nobody handled: the process would have died of them. */
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  /** Where Express reports an error that came too late to be answered. */
  const complaints = mock.method(console, "error", () => undefined);
  after(() => complaints.mock.restore());

  beforeEach(async () => {
    process.on("unhandledRejection", note);
    redis = new FakeRedis();
    await redis.start();
    const { lines, log } = collectLog();
    events = lines;
    link = connectStore({
      url: redis.url,
      prefix: "shop:",
      log,
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      probeIntervalMs: 50,
    });
    app = await startApp({ store: link.store, log });
    browser = new Browser(app.url);
    await waitFor(() => link.everUp, DEADLINE);
    // The whole answer: express-session saves once more before the last byte.
    const login = await browser.postJson("/api/login", { name: "Ada" });
    assert.equal(((await login.json()) as { name: string }).name, "Ada");
  });
  afterEach(async () => {
    await app.close();
    link.close();
    await redis.stop();
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled.splice(0), []);
    const complained = complaints.mock.calls.flatMap((call) => call.arguments as unknown[]);
    complaints.mock.resetCalls();
    assert.deepEqual(complained, []);
  });

  const names = (): string[] => events.map(({ event }) => event);
  const isUp = (): boolean => names().at(-1) === "store.up";
  const isDown = (): boolean => names().at(-1) === "store.down";

  async function assertUnavailable(response: Response): Promise<void> {
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "2");
    assert.deepEqual(response.headers.getSetCookie(), []);
    assert.deepEqual(await response.json(), {
      error: "the session store does not answer; nothing is lost, try again in a moment",
    });
  }

  async function assertStillLoggedIn(): Promise<void> {
    const response = await browser.get("/api/session");
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { name: string }).name, "Ada");
  }

  it("holds a session under its prefix", () => {
    assert.equal(redis.values.size, 1);
    assert.match([...redis.values.keys()][0] ?? "", /^shop:[\w-]{32}$/);
  });

  it("away: 503 in bounded time and no cookie; back: the same login", async () => {
    await redis.stop();
    const start = performance.now();
    await assertUnavailable(await browser.get("/api/session"));
    await assertUnavailable(await browser.postJson("/api/login", { name: "Bob" }));
    await assertUnavailable(await browser.postJson("/api/logout", {}));
    assert.ok(performance.now() - start < 3 * 2 * COMMAND_TIMEOUT_MS + 500);
    await redis.start();
    await waitFor(isUp, DEADLINE);
    await assertStillLoggedIn();
    assert.deepEqual(names(), ["store.up", "store.down", "store.up"]);
  });

  it("away: a page that says so, for people", async () => {
    await redis.stop();
    const response = await browser.get("/");
    assert.equal(response.status, 503);
    assert.equal(response.headers.get("retry-after"), "2");
    assert.deepEqual(response.headers.getSetCookie(), []);
    assert.match(await response.text(), /<h1>One moment, please<\/h1>/);
  });

  it("away: what needs no session is answered without waiting", async () => {
    await redis.stop();
    await waitFor(isDown, DEADLINE);
    const received = redis.received.length;
    for (const path of ["/healthz", "/readyz", "/api/pod"]) assert.equal((await browser.get(path)).status, 200);
    assert.equal((await new Browser(app.url).get("/api/session")).status, 200);
    assert.equal(redis.received.length, received);
    assert.equal(link.everUp, true);
  });

  it("back within the time-out: the waiting request is served", async () => {
    await redis.stop();
    await waitFor(isDown, DEADLINE);
    const waiting = browser.get("/api/session");
    await redis.start();
    assert.equal((await waiting).status, 200);
  });

  it("silent: 503, then a new connection, since the old one may lead nowhere", async () => {
    const { connections } = redis;
    redis.silent = true;
    await assertUnavailable(await browser.get("/api/session"));
    await waitFor(() => redis.connections > connections, DEADLINE);
    redis.silent = false;
    await waitFor(isUp, DEADLINE);
    await assertStillLoggedIn();
  });

  it("silent under load: a new connection all the same, though writes keep the old one from timing out", async () => {
    const { connections } = redis;
    redis.silent = true;
    const requests: Promise<Response>[] = [];
    const reconnected = (): boolean => {
      requests.push(browser.get("/api/session"));
      return redis.connections > connections;
    };
    await waitFor(reconnected, { interval: 20, timeout: 2000 });
    for (const response of await Promise.all(requests)) assert.equal(response.status, 503);
  });

  it("a command not sent in time is not carried out later", async () => {
    await redis.stop();
    await waitFor(isDown, DEADLINE);
    redis.received.length = 0;
    await assertUnavailable(await browser.get("/api/session"));
    await redis.start();
    await waitFor(isUp, DEADLINE);
    assert.ok(!redis.received.includes("GET"));
    await assertStillLoggedIn();
  });

  for (const error of [
    "LOADING Redis is loading the dataset in memory",
    "NOAUTH Authentication required.",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  ]) {
    it(`answers "${error}" by 503, and goes on afterwards`, async () => {
      redis.errorReply = error;
      await assertUnavailable(await browser.get("/api/session"));
      await waitFor(isDown, DEADLINE);
      assert.deepEqual(events.at(-1), { event: "store.down", reason: error });
      redis.errorReply = undefined;
      await waitFor(isUp, DEADLINE);
      await assertStillLoggedIn();
    });
  }

  it("answers a refused write by 503 and no cookie, on a visit, a login and a logout", async () => {
    redis.errorReply = "READONLY You can't write against a read only replica.";
    redis.failing = new Set(["SET", "DEL"]);
    await assertUnavailable(await browser.get("/api/session"));
    await assertUnavailable(await browser.postJson("/api/login", { name: "Bob" }));
    await assertUnavailable(await browser.postJson("/api/logout", {}));
    await assertUnavailable(await new Browser(app.url).postJson("/api/login", { name: "Bob" }));
    // Only the write of the new session fails.
    redis.failing = new Set(["SET"]);
    await assertUnavailable(await new Browser(app.url).postJson("/api/login", { name: "Bob" }));
    redis.errorReply = undefined;
    await assertStillLoggedIn();
  });

  it("a login that was saved is answered in full, even if the library's second save fails", async () => {
    redis.afterReply = (command) => {
      if (command === "SET") redis.errorReply = "OOM command not allowed when used memory > 'maxmemory'.";
    };
    const other = new Browser(app.url);
    const response = await other.postJson("/api/login", { name: "Bob" });
    assert.equal(response.status, 200);
    assert.equal(((await response.json()) as { name: string }).name, "Bob");
    redis.afterReply = () => undefined;
    redis.errorReply = undefined;
    assert.equal(((await (await other.get("/api/session")).json()) as { name: string }).name, "Bob");
    assert.ok(!names().includes("error"));
  });

  it("calls a session that cannot be read an internal error, and logs no part of it", async () => {
    const [key = ""] = redis.values.keys();
    redis.values.set(key, "not-json-of-Ada");
    const response = await browser.get("/api/session");
    assert.equal(response.status, 500);
    assert.deepEqual(response.headers.getSetCookie(), []);
    assert.deepEqual(await response.json(), { error: "internal error; the application's log has the reason" });
    assert.deepEqual(events.at(-1), {
      event: "error",
      method: "GET",
      path: "/api/session",
      reason: "a stored session is not valid JSON",
    });
  });

  it("never logs the password", async () => {
    await redis.stop();
    await waitFor(isDown, DEADLINE);
    assert.ok(!JSON.stringify(events).includes("secret-of-the-store"));
  });
});
