import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import session from "express-session";
import { StoreError } from "../src/deadline.ts";
import { humanDuration } from "../src/duration.ts";
import { html } from "../src/html.ts";
import type { StoreKind } from "../src/store/link.ts";
import { Browser, startApp } from "./harness.ts";
import type { RunningApp } from "./harness.ts";

describe("demo: page", () => {
  let app: RunningApp;
  before(async () => {
    app = await startApp();
  });
  after(() => app.close());

  it("shows a stranger the login form", async () => {
    const response = await new Browser(app.url).get("/");
    assert.equal(response.status, 200);
    assert.match(await response.text(), /<form method="post" action="\/login">/);
  });

  it("leads from login to the session and back by logout", async () => {
    const browser = new Browser(app.url);
    const login = await browser.postForm("/login", { name: "Ada" });
    assert.deepEqual([login.status, login.headers.get("location")], [303, "/"]);
    const page = await (await browser.get("/")).text();
    assert.match(page, /<h1>Hello, Ada<\/h1>/);
    assert.match(page, /<dt>Visits<\/dt>\s*<dd>1<\/dd>/);
    assert.match(page, /<dt>Answered by<\/dt>\s*<dd>pod-a<\/dd>/);
    assert.match(page, /<dt>Session age<\/dt>\s*<dd>0 seconds<\/dd>/);
    assert.match(page, /<time datetime="20[^"]+Z">in 1 hour \(20\d\d-\d\d-\d\d \d\d:\d\d UTC\)<\/time>/);
    const logout = await browser.postForm("/logout", {});
    assert.deepEqual([logout.status, logout.headers.get("location")], [303, "/"]);
    assert.match(await (await browser.get("/")).text(), /<h1>Log in<\/h1>/);
  });

  const kinds: [kind: StoreKind, kept: string, unavailable: string][] = [
    [
      "redis",
      "This session is kept in Redis: it outlives the pod that answers you.",
      "The session store does not answer; nothing is lost, try again in a moment.",
    ],
    [
      "memcached",
      "This session is kept in Memcached: it outlives the pod that answers you, but not a restart of Memcached.",
      "The session store does not answer; try again in a moment.",
    ],
    [
      "files",
      "This session is kept on the storage of the pod that answers you: no other pod knows it, but one that takes its place does.",
      "The storage of this pod does not answer; nothing is lost, try again in a moment.",
    ],
    [
      "memory",
      "This session is kept in the memory of the pod that answers you: no other pod knows it, and it ends with the pod.",
      "This pod keeps as many sessions as it can; try again in a moment.",
    ],
  ];
  for (const [storeKind, kept, unavailable] of kinds) {
    it(`is honest about sessions in ${storeKind}`, async () => {
      const store = new session.MemoryStore();
      const running = await startApp({ store, storeKind });
      try {
        const browser = new Browser(running.url);
        await browser.postForm("/login", { name: "Ada" });
        assert.ok((await (await browser.get("/")).text()).includes(`<p>${kept}</p>`));
        store.set = (_id, _session, done) => done?.(new StoreError("away"));
        const response = await browser.get("/");
        assert.equal(response.status, 503);
        assert.ok((await response.text()).includes(`<p role="alert">${unavailable}</p>`));
      } finally {
        await running.close();
      }
    });
  }

  it("escapes the name wherever it shows it", async () => {
    const name = `<img src=x onerror="alert('1')">&`;
    const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;";
    const browser = new Browser(app.url);
    await browser.postForm("/login", { name });
    const page = await (await browser.get("/")).text();
    assert.ok(page.includes(`<h1>Hello, ${escaped}</h1>`));
    assert.ok(page.includes(`<title>${escaped} · session</title>`));
    assert.ok(!page.includes("<img"));
  });

  it("shows the form again, with reason and input, when the name is not good", async () => {
    const response = await new Browser(app.url).postForm("/login", { name: `${"<".repeat(65)}"` });
    assert.equal(response.status, 400);
    const page = await response.text();
    assert.match(page, /role="alert">name: has 66 characters; give at most 64</);
    assert.ok(page.includes(`value="${"&lt;".repeat(65)}&quot;"`));
  });

  it("has a policy that lets through its own style and script, its own requests and nothing else", async () => {
    const browser = new Browser(app.url);
    const stranger = await browser.get("/");
    await browser.postForm("/login", { name: "Ada" });
    const response = await browser.get("/");
    const page = await response.text();
    const hashOf = (element: string): string => {
      const text = new RegExp(`<${element}>([^]*)</${element}>`).exec(page)?.[1] ?? "";
      return createHash("sha256").update(text).digest("base64");
    };
    assert.equal(
      response.headers.get("content-security-policy"),
      `default-src 'none'; style-src 'sha256-${hashOf("style")}'; script-src 'sha256-${hashOf("script")}'; ` +
        "connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    assert.equal(stranger.headers.get("content-security-policy"), response.headers.get("content-security-policy"));
    // What the policy would forbid: a second script, handlers and styles in attributes.
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<[^>]* (on\w+|style)=/);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("x-powered-by"), null);
  });

  it("hides what only the script can do until the script shows it, and says what the picture means", async () => {
    const browser = new Browser(app.url);
    assert.ok(!(await (await browser.get("/")).text()).includes("20 requests"));
    await browser.postForm("/login", { name: "Ada" });
    const page = await (await browser.get("/")).text();
    const section = /<section id="spread" hidden>[^]*<\/section>/.exec(page)?.[0] ?? "";
    assert.match(section, /<button type="button" class="quiet">20 requests<\/button>/);
    assert.match(section, /<p role="status"><\/p>/);
    const meaning =
      "With affinity, one pod answers all twenty requests; without it, an ingress spreads them over all pods.";
    assert.ok(section.includes(`<p>${meaning}</p>`));
  });

  it("escapes values, but not markup", () => {
    assert.equal(
      html`<i title="${'"'}">${"<"}${html`<b>${1}</b>`}${[html`a`, html`b`]}</i>`.text,
      '<i title="&quot;">&lt;<b>1</b>ab</i>',
    );
  });

  const spans: [number, string][] = [
    [0, "0 seconds"],
    [1, "1 second"],
    [60, "1 minute"],
    [3725, "1 hour 2 minutes"],
    [86400 + 59, "1 day"],
    [2 * 86400 + 5 * 3600, "2 days 5 hours"],
  ];
  for (const [seconds, words] of spans) {
    it(`calls ${seconds} s "${words}"`, () => assert.equal(humanDuration(seconds), words));
  }
});
