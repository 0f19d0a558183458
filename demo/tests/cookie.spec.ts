import assert from "node:assert/strict";
import session from "express-session";
import { Browser, KEY, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

const NEW_KEY = "n".repeat(32);
const isLoggedIn = async (browser: Browser): Promise<boolean> =>
  ((await (await browser.get("/api/session")).json()) as { loggedIn: boolean }).loggedIn;

describe("demo: session cookie", () => {
  const store = new session.MemoryStore();
  const running: RunningApp[] = [];
  const start = async (options: Parameters<typeof startApp>[0] = {}): Promise<string> => {
    const app = await startApp({ store, ...options });
    running.push(app);
    return app.url;
  };
  let url: string;
  before(async () => {
    url = await start();
  });
  after(() => Promise.all(running.map((app) => app.close())));

  const attributes = async (headers: Record<string, string>): Promise<string> => {
    const response = await new Browser(url, headers).postJson("/api/login", { name: "Ada" });
    const cookies = response.headers.getSetCookie();
    assert.equal(cookies.length, 1);
    return (cookies[0] ?? "").replace(/^sid=s%3A[\w%-]+\.[\w%]+; /, "sid=…; ").replace(/Expires=[^;]+/, "Expires=…");
  };

  it("has exactly these attributes", async () => {
    assert.equal(await attributes({}), "sid=…; Path=/; Expires=…; HttpOnly; SameSite=Lax");
  });

  it("is Secure when the proxy got the request by TLS", async () => {
    assert.equal(
      await attributes({ "x-forwarded-proto": "https" }),
      "sid=…; Path=/; Expires=…; HttpOnly; Secure; SameSite=Lax",
    );
  });

  it("is prolonged by each visit", async () => {
    const browser = new Browser(url);
    await browser.postJson("/api/login", { name: "Ada" });
    const before = Math.floor(Date.now() / 1000) * 1000;
    const cookie = (await browser.get("/api/session")).headers.getSetCookie()[0] ?? "";
    const expires = Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? "");
    assert.ok(expires >= before + 3600_000 && expires <= Date.now() + 3600_000);
  });

  it("changes its id on login, and the earlier session ends", async () => {
    const browser = new Browser(url);
    await browser.postJson("/api/login", { name: "Mallory" });
    const planted = browser.cookie;
    await browser.postJson("/api/login", { name: "Ada" });
    assert.notEqual(browser.cookie, planted);
    const mallory = new Browser(url);
    mallory.cookie = planted;
    assert.equal(await isLoggedIn(mallory), false);
  });

  it("stays valid when a newer key comes, and is signed with it at the next visit", async () => {
    const browser = new Browser(url);
    await browser.postJson("/api/login", { name: "Ada" });
    const rotated = new Browser(await start({ secrets: [NEW_KEY, KEY] }));
    rotated.cookie = browser.cookie;
    assert.equal(await isLoggedIn(rotated), true);
    assert.notEqual(rotated.cookie, browser.cookie);
    const afterRotation = new Browser(await start({ secrets: [NEW_KEY] }));
    afterRotation.cookie = rotated.cookie;
    assert.equal(await isLoggedIn(afterRotation), true);
  });

  it("means nothing when signed with an unknown key: the next login makes a new session", async () => {
    const browser = new Browser(url);
    await browser.postJson("/api/login", { name: "Ada" });
    const stranger = new Browser(await start({ secrets: [NEW_KEY] }));
    stranger.cookie = browser.cookie;
    assert.equal(await isLoggedIn(stranger), false);
    assert.equal(stranger.cookie, browser.cookie);
    await stranger.postJson("/api/login", { name: "Bob" });
    const idOf = (cookie = ""): string | undefined => /s%3A([\w-]+)/.exec(cookie)?.[1];
    assert.notEqual(idOf(stranger.cookie), idOf(browser.cookie));
    assert.equal(await isLoggedIn(browser), true);
  });

  const origins: [headers: Record<string, string>, status: number][] = [
    [{}, 200],
    [{ "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "cross-site", origin: "http://app.localhost:8080" }, 403],
    [{ origin: "https://app.localhost:8080" }, 200],
    [{ origin: "http://app.localhost:8081" }, 403],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
  ];
  for (const [headers, status] of origins) {
    it(`answers a POST with ${JSON.stringify(headers)} by ${status}`, async () => {
      const browser = new Browser(url, { "x-forwarded-host": "app.localhost:8080" });
      const response = await browser.postJson("/api/login", { name: "Ada" }, headers);
      assert.equal(response.status, status);
      if (status === 403) {
        assert.deepEqual(response.headers.getSetCookie(), []);
        assert.deepEqual(await response.json(), {
          error: "request from another origin refused; use this application's own page",
        });
      }
      for (const path of ["/login", "/logout", "/api/logout"]) {
        const other = await browser.postForm(path, { name: "Ada" }, headers);
        assert.equal(other.status === 403, status === 403, path);
      }
    });
  }
});
