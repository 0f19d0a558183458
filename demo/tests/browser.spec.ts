import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { drawTwenty, launch, logIn, noChromium } from "./chromium.ts";
import { Ingress } from "./ingress.ts";

const SITE = "http://shop.example.com/";
const PODS = ["app-5c4d-2kx7p", "app-5c4d-9wq4z", "app-5c4d-vn8ht"] as const;

const title = "demo: page in a browser";
(noChromium === "" ? describe : describe.skip)(noChromium === "" ? title : `${title} (skipped: ${noChromium})`, () => {
  const ingress = new Ingress();
  let browser: Browser;
  before(async () => {
    browser = await launch({ url: SITE, address: "127.0.0.1", port: await ingress.start() });
  });
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  after(() => Promise.all([browser?.close(), ingress.stop()]));

  it("draws all pods without affinity, and the others once one is gone", async () => {
    await ingress.serve(PODS, false);
    const { page, complaints } = await logIn(browser, SITE, "Ada");
    const all = await drawTwenty(page);
    assert.deepEqual(Object.keys(all.pods).sort(), PODS);
    assert.deepEqual(Object.values(all.pods).sort(), [6, 7, 7]);
    assert.deepEqual([all.failures, all.said], [{}, "20 answers by 3 pods."]);
    ingress.forget(PODS[0]);
    const others = await drawTwenty(page);
    assert.deepEqual(others, { pods: { [PODS[1]]: 10, [PODS[2]]: 10 }, failures: {}, said: "20 answers by 2 pods." });
    assert.deepEqual(complaints, []);
  });

  it("draws one pod with affinity, and another one when that is gone, without a new login", async () => {
    await ingress.serve(PODS.slice(0, 2), true);
    const { page } = await logIn(browser, SITE, "Ada");
    assert.deepEqual(await drawTwenty(page), { pods: { [PODS[0]]: 20 }, failures: {}, said: "20 answers by 1 pod." });
    ingress.forget(PODS[0]);
    assert.deepEqual(await drawTwenty(page), { pods: { [PODS[1]]: 20 }, failures: {}, said: "20 answers by 1 pod." });
    await page.reload();
    assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Hello, Ada");
  });

  it("draws requests that failed, by what came instead", async () => {
    await ingress.serve(PODS.slice(0, 2), false);
    const { page } = await logIn(browser, SITE, "Ada");
    await ingress.end(PODS[0]);
    const said = "10 answers by 1 pod; 10 requests failed.";
    assert.deepEqual(await drawTwenty(page), { pods: { [PODS[1]]: 10 }, failures: { "error 503": 10 }, said });
    await page.context().setOffline(true);
    assert.deepEqual(await drawTwenty(page), {
      pods: {},
      failures: { "no answer from a pod": 20 },
      said: "0 answers by 0 pods; 20 requests failed.",
    });
  });

  it("draws bars as long as their share, and needs no scrolling to the side on a phone", async () => {
    const name = "a-release-with-a-rather-long-name";
    await ingress.serve([`${name}-5c4d-2kx7p`, `${name}-5c4d-9wq4z`], false);
    const { page } = await logIn(browser, SITE, "Ada", { viewport: { width: 320, height: 640 } });
    await drawTwenty(page);
    const width = (expression: string) => page.evaluate<number>(expression);
    assert.equal(await width("document.documentElement.scrollWidth"), 320);
    const row = "document.querySelector('#spread dl > div')";
    const bar = await width(`parseFloat(getComputedStyle(${row}, '::after').width)`);
    assert.equal(bar / (await width(`${row}.clientWidth`)), 0.5);
  });

  it("keeps what needs the script from those without", async () => {
    await ingress.serve(PODS, false);
    const { page } = await logIn(browser, SITE, "Ada", { javaScriptEnabled: false });
    assert.equal(await page.getByRole("button", { name: "Log out" }).isVisible(), true);
    assert.equal(await page.getByText("20 requests").isVisible(), false);
  });
});
