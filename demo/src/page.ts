import { createHash } from "node:crypto";
import { humanDuration } from "./duration.ts";
import { html, Html } from "./html.ts";
import type { SessionView } from "./sessionData.ts";
import { SPREAD_SCRIPT } from "./spread.ts";
import type { StoreKind } from "./store/link.ts";
import { STYLE } from "./style.ts";

// Outside the template, whose indentation would change the text that the hash is of.
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);
const SCRIPT_ELEMENT = new Html(`<script>${SPREAD_SCRIPT}</script>`);
const sourceOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The page needs its own style, its own script, which asks its own server, and its own forms, nothing else. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src ${sourceOf(STYLE)}`,
  `script-src ${sourceOf(SPREAD_SCRIPT)}`,
  "connect-src 'self'",
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Where the session is, and what that means for who logged in. */
const KEPT: Record<StoreKind, string> = {
  redis: "This session is kept in Redis: it outlives the pod that answers you.",
  memcached: "This session is kept in Memcached: it outlives the pod that answers you, but not a restart of Memcached.",
  files:
    "This session is kept on the storage of the pod that answers you: no other pod knows it, but one that takes its place does.",
  memory:
    "This session is kept in the memory of the pod that answers you: no other pod knows it, and it ends with the pod.",
};

/** Shown by the script, without which it is of no use. */
const SPREAD = html`<section id="spread" hidden>
  <h2>Pods that answer now</h2>
  <p>With affinity, one pod answers all twenty requests; without it, an ingress spreads them over all pods.</p>
  <button type="button" class="quiet">20 requests</button>
  <dl class="pods"></dl>
  <p role="status"></p>
</section>`;

/** The page of a logged-in user; `expires` is when the session ends without another visit. */
export function sessionPage(view: SessionView, expires: Date, storeKind: StoreKind): string {
  const visits = Object.entries(view.pods).reverse();
  const ttlSeconds = Math.max(0, Math.round((expires.getTime() - Date.now()) / 1000));
  return page(
    `${view.name} · session`,
    html`<h1>Hello, ${view.name ?? ""}</h1>
      <p>${KEPT[storeKind]}</p>
      <dl>
        ${row("Visits", html`${view.visits}`)} ${row("Answered by", html`${view.pod}`)}
        ${row("Session age", html`${humanDuration(view.ageSeconds ?? 0)}`)}
        ${row("Expires", html`<time datetime="${expires.toISOString()}">in ${humanDuration(ttlSeconds)} (${utc(expires)})</time>`)}
      </dl>
      <h2>Pods that answered in this session</h2>
      <dl class="pods">
        ${visits.map(([pod, count]) =>
          row(pod, html`${count}`, pod === view.pod ? html` <span class="here">this time</span>` : undefined),
        )}
      </dl>
      ${SPREAD}
      <form method="post" action="/logout"><button class="quiet">Log out</button></form>
      ${SCRIPT_ELEMENT}`,
  );
}

/** The login form; with `error` it is shown again, with what was typed. */
export function loginPage(pod: string, error?: string, typed = ""): string {
  const message = error === undefined ? "" : html`<p class="error" id="name-error" role="alert">${error}</p>`;
  const invalid = error === undefined ? "" : html`aria-invalid="true" aria-describedby="name-error"`;
  return page(
    "Log in",
    html`<h1>Log in</h1>
      <p>Any name will do: the session is what this page is about.</p>
      <form method="post" action="/login">
        <label for="name">Name</label>
        <input id="name" name="name" value="${typed}" required autocomplete="nickname" ${invalid} />
        ${message}
        <button>Log in</button>
      </form>
      ${servedBy(pod)}`,
  );
}

/** A page that says what went wrong and leads back. */
export function errorPage(pod: string, title: string, explanation: string): string {
  return page(
    title,
    html`<h1>${title}</h1>
      <p role="alert">${explanation}</p>
      <a class="button" href="/">Try again</a>
      ${servedBy(pod)}`,
  );
}

/** To the minute: 2026-11-24 07:43 UTC. */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function servedBy(pod: string): Html {
  return html`<footer>Answered by ${pod}</footer>`;
}

function row(term: string, value: Html, note?: Html): Html {
  return html`<div>
    <dt>${term}${note ?? ""}</dt>
    <dd>${value}</dd>
  </div>`;
}

function page(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`.text;
}
