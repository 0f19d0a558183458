import { promisify } from "node:util";
import express from "express";
import type { Express, Request } from "express";
import session from "express-session";
import type { Store } from "express-session";
import { errorHandler, notFound } from "./errors.ts";
import type { Log } from "./log.ts";
import { InputError, nameOf } from "./name.ts";
import { CONTENT_SECURITY_POLICY, loginPage, sessionPage } from "./page.ts";
import { sameOriginOnly } from "./sameOrigin.ts";
import { viewOf, withVisit } from "./sessionData.ts";
import type { Login } from "./sessionData.ts";
import type { Shown } from "./shown.ts";
import type { StoreKind } from "./store/link.ts";

/** What the application needs from outside. */
export interface AppOptions {
  store: Store;
  /** What the page says about it. */
  storeKind: StoreKind;
  /** Cookie signing keys, newest first. */
  secrets: string[];
  cookieName: string;
  /** Seconds a session lives after its last visit. */
  ttlSeconds: number;
  podName: string;
  /** Reads what /api/config shows; undefined where it shows nothing. */
  shown?: (() => Promise<Shown>) | undefined;
  /** Why the pod should get no traffic now, or undefined when it should. */
  unready: () => string | undefined;
  log: Log;
}

/** The web application; README.md lists its endpoints. */
export function createApp(options: AppOptions): Express {
  const { cookieName, podName, storeKind, shown, unready, log } = options;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  // Ingress controllers answer from private addresses; only from there are the X-Forwarded headers believed.
  app.set("trust proxy", ["loopback", "uniquelocal"]);
  app.use((_req, res, next) => {
    res.set({
      "Cache-Control": "no-store",
      "Content-Security-Policy": CONTENT_SECURITY_POLICY,
      "Referrer-Policy": "same-origin",
      "X-Content-Type-Options": "nosniff",
    });
    next();
  });

  app.get("/healthz", (_req, res) => void res.json({ alive: true }));
  app.get("/readyz", (_req, res) => {
    const reason = unready();
    if (reason === undefined) res.json({ ready: true });
    else res.status(503).json({ ready: false, reason });
  });
  app.get("/api/pod", (_req, res) => void res.json({ pod: podName }));
  if (shown !== undefined) app.get("/api/config", async (_req, res) => void res.json(await shown()));

  const sessions = sessionMiddleware(options);
  const form = express.urlencoded({ extended: false, limit: "4kb" });
  const json = express.json({ limit: "4kb" });

  app.get("/", sessions, async (req, res) => {
    const login = await visit(req, podName);
    if (login === undefined) res.send(loginPage(podName));
    else res.send(sessionPage(viewOf(login, podName, Date.now()), expiryOf(req), storeKind));
  });
  app.post("/login", sameOriginOnly, form, sessions, async (req, res) => {
    try {
      await logIn(req, nameOf(req.body));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      res.status(error.status).send(loginPage(podName, error.message, typedName(req.body)));
      return;
    }
    res.redirect(303, "/");
  });
  app.post("/logout", sameOriginOnly, sessions, async (req, res) => {
    await logOut(req);
    res.clearCookie(cookieName, cookieAttributes(req)).redirect(303, "/");
  });

  app.get("/api/session", sessions, async (req, res) => {
    res.json(viewOf(await visit(req, podName), podName, Date.now()));
  });
  app.post("/api/login", sameOriginOnly, json, sessions, async (req, res) => {
    res.json(viewOf(await logIn(req, nameOf(req.body)), podName, Date.now()));
  });
  app.post("/api/logout", sameOriginOnly, sessions, async (req, res) => {
    await logOut(req);
    res.clearCookie(cookieName, cookieAttributes(req)).json(viewOf(undefined, podName, Date.now()));
  });

  app.use(notFound);
  app.use(errorHandler(podName, storeKind, log));
  return app;
}

function sessionMiddleware({ store, secrets, cookieName, ttlSeconds }: AppOptions): express.RequestHandler {
  return session({
    store,
    secret: secrets,
    name: cookieName,
    // A session is written when it has something to say, and by the handlers, before the answer: see save().
    resave: false,
    saveUninitialized: false,
    cookie: { path: "/", httpOnly: true, sameSite: "lax", secure: "auto", maxAge: ttlSeconds * 1000 },
  });
}

/** The attributes of the cookie that is cleared: those it was set with. */
function cookieAttributes(req: Request): express.CookieOptions {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: req.secure };
}

/** Counts a visit of a logged-in user, which also moves the expiry of session and cookie. */
async function visit(req: Request, podName: string): Promise<Login | undefined> {
  if (req.session.login === undefined) return undefined;
  req.session.login = withVisit(req.session.login, podName);
  await save(req);
  return req.session.login;
}

/** Starts a session under a new id, so that an id planted before the login is worth nothing (session fixation). */
async function logIn(req: Request, name: string): Promise<Login> {
  await promisify(req.session.regenerate.bind(req.session))();
  req.session.login = { name, visits: 0, createdAt: Date.now(), pods: {} };
  await save(req);
  return req.session.login;
}

async function logOut(req: Request): Promise<void> {
  await promisify(req.session.destroy.bind(req.session))();
}

/** Saves now: left to express-session it happens when the headers are sent, too late to answer a failure with 503. */
async function save(req: Request): Promise<void> {
  req.session.touch();
  await promisify(req.session.save.bind(req.session))();
}

/** When the session ends; the cookie always has a lifetime here. */
function expiryOf(req: Request): Date {
  return req.session.cookie.expires ?? new Date();
}

/** What the user typed, to show it again. */
function typedName(body: unknown): string {
  return typeof body === "object" && body !== null && "name" in body && typeof body.name === "string" ? body.name : "";
}
