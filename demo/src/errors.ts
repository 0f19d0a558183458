import type { ErrorRequestHandler, RequestHandler } from "express";
import { StoreError } from "./deadline.ts";
import { reasonOf } from "./log.ts";
import type { Log } from "./log.ts";
import { errorPage } from "./page.ts";
import type { StoreKind } from "./store/link.ts";

/** Seconds a client is asked to wait when the store is away; a restarted Redis pod takes 3 to 4. */
const RETRY_AFTER_SECONDS = 2;

/** What a StoreError means to who made the request. A Memcached that comes back may well have lost everything. */
const UNAVAILABLE: Record<StoreKind, string> = {
  redis: "the session store does not answer; nothing is lost, try again in a moment",
  memcached: "the session store does not answer; try again in a moment",
  files: "the storage of this pod does not answer; nothing is lost, try again in a moment",
  memory: "this pod keeps as many sessions as it can; try again in a moment",
};

/** Answers what no route took: 404. */
export const notFound: RequestHandler = (_req, _res, next) => {
  next(Object.assign(new Error("not found; the page is at /, the JSON endpoints are below /api"), { status: 404 }));
};

/** Turns an error into its answer: JSON below /api, else a page. Never touches the session cookie. */
export function errorHandler(pod: string, storeKind: StoreKind, log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      // express-session saves a regenerated session a second time while it sends the answer. The handler's own save
      // went well before, so the answer is right and complete; anything else ends the connection.
      if (!(error instanceof StoreError && res.writableEnded)) next(error);
      return;
    }
    // Without a session express-session neither sets the cookie nor tries once more to save.
    Reflect.deleteProperty(req, "session");
    const { status, title, message } = describe(error, storeKind);
    if (status === 503) res.set("Retry-After", String(RETRY_AFTER_SECONDS));
    if (status === 500) log("error", { method: req.method, path: req.path, reason: reasonOf(error) });
    res.status(status);
    if (req.path.startsWith("/api/")) res.json({ error: message });
    else res.send(errorPage(pod, title, `${message.charAt(0).toUpperCase()}${message.slice(1)}.`));
  };
}

interface Description {
  status: number;
  title: string;
  message: string;
}

function describe(error: unknown, storeKind: StoreKind): Description {
  if (error instanceof StoreError) {
    return { status: 503, title: "One moment, please", message: UNAVAILABLE[storeKind] };
  }
  if (error instanceof Error && "type" in error && error.type === "entity.parse.failed") {
    // body-parser's own text repeats part of the body.
    return { status: 400, title: "That did not work", message: 'body: is not valid JSON; give {"name": "…"}' };
  }
  if (error instanceof Error && "status" in error && typeof error.status === "number" && error.status < 500) {
    return { status: error.status, title: "That did not work", message: error.message };
  }
  return {
    status: 500,
    title: "Something went wrong",
    message: "internal error; the application's log has the reason",
  };
}
