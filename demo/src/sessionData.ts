import type {} from "express-session";

/** What the store keeps for a logged-in user. */
export interface Login {
  name: string;
  /** Requests of `/` and `/api/session` since the login. */
  visits: number;
  /** Time of the login in milliseconds since 1970. */
  createdAt: number;
  /** Visits by the pod that answered, the latest pod last. */
  pods: Record<string, number>;
}

declare module "express-session" {
  interface SessionData {
    login?: Login;
  }
}

/** The answer of the JSON endpoints. */
export interface SessionView {
  loggedIn: boolean;
  name: string | null;
  visits: number;
  /** The pod that answered. */
  pod: string;
  /** ISO 8601. */
  createdAt: string | null;
  ageSeconds: number | null;
  pods: Record<string, number>;
}

/** A rollout a day for weeks must not grow the session for ever. */
const MAX_PODS = 20;

/** Describes the session as `pod` sees it at `now` (milliseconds since 1970). */
export function viewOf(login: Login | undefined, pod: string, now: number): SessionView {
  if (login === undefined) {
    return { loggedIn: false, name: null, visits: 0, pod, createdAt: null, ageSeconds: null, pods: {} };
  }
  const { name, visits, createdAt, pods } = login;
  // Two machines' clocks differ: never a negative age.
  const ageSeconds = Math.max(0, Math.floor((now - createdAt) / 1000));
  return { loggedIn: true, name, visits, pod, createdAt: new Date(createdAt).toISOString(), ageSeconds, pods };
}

/** The login after one more visit, answered by `pod`; the pod not seen for longest is forgotten beyond 20. */
export function withVisit(login: Login, pod: string): Login {
  const others = Object.entries(login.pods).filter(([name]) => name !== pod);
  const pods = Object.fromEntries([...others.slice(1 - MAX_PODS), [pod, (login.pods[pod] ?? 0) + 1]]);
  return { ...login, visits: login.visits + 1, pods };
}
