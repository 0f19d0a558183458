import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];

const executable = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => PROGRAMS.map((program) => join(folder, program)))
  .find((path) => existsSync(path));

/** Why tests with a real browser are left out, or "". */
export const noChromium = executable === undefined ? `no ${PROGRAMS.join(", ")} on PATH` : "";

/** Where the application is to be found. */
export interface Site {
  /** As a visitor would type it, the host as in the Ingress. */
  url: string;
  /** Where its host is in truth, whatever DNS says. */
  address: string;
  port: number;
}

/**
 * Starts a headless browser for which there is the site's host and no other: it also asks for updates of itself. Close it.
 * @throws Error where there is no Chromium
 */
export function launch({ url, address, port }: Site): Promise<Browser> {
  if (executable === undefined) throw new Error(`${noChromium}; install Debian's chromium`);
  return chromium.launch({
    executablePath: executable,
    // Chromium refuses to start as root with its sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [
      `--host-resolver-rules=MAP ${new URL(url).hostname} ${address}:${port}, MAP * ~NOTFOUND`,
      "--no-proxy-server",
    ],
  });
}

/**
 * Opens the site as a new visitor, who then logs in.
 * @param options of the visitor's browser, such as the size of the window
 * @returns the session's page, and what the browser complained about since, such as breaches of the page's policy
 */
export async function logIn(
  browser: Browser,
  url: string,
  name: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  // Whether certificates are good is no matter of the page.
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: `Hello, ${name}` }).waitFor();
  return { page, complaints };
}

/** What the page draws after "20 requests". */
export interface Drawing {
  /** Answers by pod. */
  pods: Record<string, number>;
  /** Requests without a good answer, by what came instead, such as "error 503". */
  failures: Record<string, number>;
  /** What is said below, to those who do not see the drawing as well. */
  said: string;
}

/** Asks the session's page for its twenty requests, and reads what it draws. */
export async function drawTwenty(page: Page): Promise<Drawing> {
  const section = page.locator("#spread");
  const status = section.getByRole("status");
  await section.getByRole("button", { name: "20 requests" }).click();
  await status.filter({ hasText: /^\d/ }).waitFor();
  const read = async (kind: string): Promise<Record<string, number>> => {
    const [names, counts] = await Promise.all(
      ["dt", "dd"].map((element) => section.locator(`.${kind} ${element}`).allTextContents()),
    );
    return Object.fromEntries((names ?? []).map((name, index) => [name, Number(counts?.[index])]));
  };
  return { pods: await read("pod"), failures: await read("failure"), said: (await status.textContent()) ?? "" };
}
