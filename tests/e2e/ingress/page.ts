import { drawTwenty, launch, logIn } from "../../../demo/tests/chromium.ts";
import type { Drawing, Site } from "../../../demo/tests/chromium.ts";

export { noChromium } from "../../../demo/tests/chromium.ts";
export type { Drawing, Site } from "../../../demo/tests/chromium.ts";

/** Of the session's page, for the README: as wide as it is on a desk, and sharp on most screens. */
const WINDOW = { viewport: { width: 560, height: 1000 }, deviceScaleFactor: 1.25, colorScheme: "light" } as const;

/**
 * Visits the demo application with a real browser, logs in, and asks it for its twenty requests.
 * @param screenshot PNG file to show the page in
 * @throws Error where there is no Chromium, when a step takes longer than 30 s, and when the browser complains of the page
 */
export async function visitPage(site: Site, screenshot?: string): Promise<Drawing> {
  const browser = await launch(site);
  try {
    const { page, complaints } = await logIn(browser, site.url, "Ada", WINDOW);
    const drawing = await drawTwenty(page);
    // About requests that failed it complains as well, and those are in the drawing.
    const silent = complaints.length === 0 || Object.keys(drawing.failures).length > 0;
    if (!silent) throw new Error(`the browser complains about ${site.url}: ${complaints.join("; ")}`);
    if (screenshot !== undefined) await page.getByRole("main").screenshot({ path: screenshot });
    return drawing;
  } finally {
    await browser.close();
  }
}
