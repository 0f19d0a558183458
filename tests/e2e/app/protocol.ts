/** What the load and the process that makes it say to each other. Pure. */

/** new: a connection for each request. kept: one connection for all of a visitor's requests. */
export const connections = ["new", "kept"] as const;
export type Connection = (typeof connections)[number];

/** The load: who visits, how fast, and when it ends by itself, whatever becomes of whoever ordered it. */
export interface Plan {
  /** `http://<host>:<port>`, the host as in the Ingress. */
  url: string;
  /** Address to connect to in place of what DNS would say. */
  address: string;
  /** Port to connect to in place of the URL's; default: that. */
  port?: number;
  /** Name of the application's session cookie, the only one that visitors without a pin send. */
  cookie: string;
  /** Visitors, each with one request under way: by turns on new and on kept connections, pinned and not. */
  visitors: number;
  /** Least milliseconds from one request of a visitor to the next. */
  intervalMs: number;
  /** Requests after which it ends. */
  requests: number;
  /** Seconds after which it ends. */
  seconds: number;
}

/** Something that a visitor met and should not have. */
export interface Incident {
  /** ISO 8601. */
  at: string;
  visitor: string;
  connection: Connection;
  what: string;
}

/** What was met since the last time it was asked. */
export interface Findings {
  /** Requests that were made, answered or not. */
  requests: Record<Connection, number>;
  /** Requests that went over a connection which had served one before. */
  reused: number;
  /** Requests that were not answered with 200. */
  failed: number;
  /** Logins that were gone, and visit counters that went back. */
  lost: number;
  /** The first of both. */
  incidents: Incident[];
  /** Milliseconds of the slowest answer. */
  slowestMs: number;
  /** Names of the pods that answered. */
  pods: string[];
  /** Why the load ended by itself. */
  ended?: string;
}

/** What the process is asked; it answers each with {@link Answer}. */
export type Order =
  /** Logs everybody in and begins. */
  | { order: "begin"; plan: Plan }
  | { order: "look" }
  /** The same, and counts from nothing again. */
  | { order: "take" }
  /** Ends once what is under way is answered. */
  | { order: "stop" };

export type Answer = { findings: Findings } | { failure: string };

/** Incidents that are told in full. */
export const incidentsTold = 20;

export const nothing = (): Findings => ({
  requests: { new: 0, kept: 0 },
  reused: 0,
  failed: 0,
  lost: 0,
  incidents: [],
  slowestMs: 0,
  pods: [],
});

export const total = ({ requests }: Findings) => requests.new + requests.kept;
