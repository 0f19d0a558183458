import type { Request, RequestHandler } from "express";

/**
 * Refuses state changes that a page of another origin caused (CSRF), beside the cookie's SameSite=Lax. The algorithm is
 * that of Go's http.CrossOriginProtection: Sec-Fetch-Site decides where the browser sends it, else Origin has to name
 * this host; a request with neither comes from no browser.
 */
export const sameOriginOnly: RequestHandler = (req, res, next) => {
  if (isSameOrigin(req)) {
    next();
    return;
  }
  next(new CrossOriginError());
};

/** A request from another origin: answered with 403. */
export class CrossOriginError extends Error {
  readonly status = 403;

  constructor() {
    super("request from another origin refused; use this application's own page");
    this.name = "CrossOriginError";
  }
}

function isSameOrigin(req: Request): boolean {
  const site = req.get("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = req.get("origin");
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === req.host;
}
