import assert from "node:assert/strict";
import session from "express-session";
import { viewOf, withVisit } from "../src/sessionData.ts";
import type { Login, SessionView } from "../src/sessionData.ts";
import { Browser, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

const view = async (response: Response): Promise<SessionView> => (await response.json()) as SessionView;

describe("demo: JSON endpoints", () => {
  const store = new session.MemoryStore();
  let podA: RunningApp;
  let podB: RunningApp;
  before(async () => {
    podA = await startApp({ store });
    podB = await startApp({ store, podName: "pod-b" });
  });
  after(() => Promise.all([podA.close(), podB.close()]));

  it("answer a stranger without making a session", async () => {
    const response = await new Browser(podA.url).get("/api/session");
    assert.deepEqual(response.headers.getSetCookie(), []);
    const nobody = {
      loggedIn: false,
      name: null,
      visits: 0,
      pod: "pod-a",
      createdAt: null,
      ageSeconds: null,
      pods: {},
    };
    assert.deepEqual(await response.json(), nobody);
  });

  it("count visits across pods of one login", async () => {
    const browser = new Browser(podA.url);
    const before = Date.now();
    const login = await view(await browser.postJson("/api/login", { name: "  Ada  " }));
    assert.deepEqual(
      { ...login, createdAt: "", ageSeconds: 0 },
      {
        loggedIn: true,
        name: "Ada",
        visits: 0,
        pod: "pod-a",
        createdAt: "",
        ageSeconds: 0,
        pods: {},
      },
    );
    const createdAt = Date.parse(login.createdAt ?? "");
    assert.ok(createdAt >= before && createdAt <= Date.now());
    const elsewhere = new Browser(podB.url);
    elsewhere.cookie = browser.cookie;
    await browser.get("/api/session");
    await browser.get("/api/session");
    const third = await view(await elsewhere.get("/api/session"));
    assert.equal(third.name, "Ada");
    assert.equal(third.visits, 3);
    assert.equal(third.pod, "pod-b");
    assert.equal(third.createdAt, login.createdAt);
    assert.deepEqual(third.pods, { "pod-a": 2, "pod-b": 1 });
  });

  it("log out: the session is gone for every holder of the cookie", async () => {
    const browser = new Browser(podA.url);
    await browser.postJson("/api/login", { name: "Ada" });
    const thief = new Browser(podB.url);
    thief.cookie = browser.cookie;
    const response = await browser.postJson("/api/logout", {});
    assert.deepEqual(response.headers.getSetCookie(), [
      "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax",
    ]);
    assert.equal((await view(response)).loggedIn, false);
    assert.equal((await view(await thief.get("/api/session"))).loggedIn, false);
  });

  it("name the pod without a session", async () => {
    const browser = new Browser(podA.url);
    await browser.postJson("/api/login", { name: "Ada" });
    const response = await browser.get("/api/pod");
    assert.deepEqual(response.headers.getSetCookie(), []);
    assert.deepEqual(await response.json(), { pod: "pod-a" });
    assert.equal((await view(await browser.get("/api/session"))).visits, 1);
  });

  it("answer 404 in JSON below /api", async () => {
    const response = await new Browser(podA.url).get("/api/nothing");
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), {
      error: "not found; the page is at /, the JSON endpoints are below /api",
    });
  });

  const bad: [what: string, body: unknown, error: string][] = [
    ["a body that is not JSON", '{"name":', 'body: is not valid JSON; give {"name": "…"}'],
    ["no name", {}, "name: is missing; give 1 to 64 characters"],
    ["a number", { name: 7 }, "name: is not a text; give 1 to 64 characters"],
    ["an empty name", { name: " \t " }, "name: is empty; give 1 to 64 characters"],
    ["a long name", { name: "😀".repeat(65) }, "name: has 65 characters; give at most 64"],
    ["a control character", { name: "a\u0007b" }, "name: has a control character; leave it out"],
    ["half a surrogate pair", '{"name":"\\ud83d"}', "name: has a control character; leave it out"],
  ];
  for (const [what, body, error] of bad) {
    it(`refuse ${what} with 400 and no cookie`, async () => {
      const response = await new Browser(podA.url).postJson("/api/login", body);
      assert.equal(response.status, 400);
      assert.deepEqual(response.headers.getSetCookie(), []);
      assert.deepEqual(await response.json(), { error });
    });
  }

  it("take a name of 64 characters outside the basic plane", async () => {
    const name = "😀".repeat(64);
    assert.equal((await view(await new Browser(podA.url).postJson("/api/login", { name }))).name, name);
  });
});

describe("demo: visits", () => {
  it("name the 20 pods that answered last, the latest at the end", () => {
    let login: Login = { name: "Ada", visits: 0, createdAt: 0, pods: {} };
    for (let index = 0; index < 22; index += 1) login = withVisit(login, `pod-${index}`);
    login = withVisit(login, "pod-2");
    const names = Array.from({ length: 19 }, (_, index) => `pod-${index + 3}`);
    assert.deepEqual(Object.entries(login.pods), [...names.map((name) => [name, 1]), ["pod-2", 2]]);
    assert.equal(login.visits, 23);
  });

  it("have no negative age when the clocks of two machines differ", () => {
    assert.equal(viewOf({ name: "Ada", visits: 1, createdAt: 5000, pods: {} }, "pod-a", 3000).ageSeconds, 0);
  });
});

describe("demo: probes", () => {
  it("live always, ready until there is a reason against it", async () => {
    let reason: string | undefined = "not connected to the session store yet";
    const app = await startApp({ unready: () => reason });
    const probe = new Browser(app.url);
    const before = await probe.get("/readyz");
    assert.equal(before.status, 503);
    assert.deepEqual(await before.json(), { ready: false, reason });
    assert.equal((await probe.get("/healthz")).status, 200);
    reason = undefined;
    const after = await probe.get("/readyz");
    assert.equal(after.status, 200);
    assert.deepEqual(await after.json(), { ready: true });
    await app.close();
  });
});
