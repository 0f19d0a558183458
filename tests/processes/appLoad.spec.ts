import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Load, summary } from "../e2e/app/load.ts";
import { incidentsTold, total, type Findings, type Plan } from "../e2e/app/protocol.ts";

// What the application is proved by is worth what this load notices: here it meets a server that fails now and then.

/** Takes a request in place of the server when it returns true. */
type Fault = (count: number, res: ServerResponse, name: string) => boolean;

/** Sessions in memory, by the demo's endpoints; its ingress sets a cookie that names a pod. */
class FakeDemo {
  readonly sessions = new Map<string, { name: string; visits: number }>();
  readonly cookies = new Set<string>();
  connections = 0;
  visits = 0;
  fault: Fault = () => false;
  readonly #server: Server = createServer((req, res) => void this.#serve(req, res));

  async start(): Promise<string> {
    this.#server.on("connection", () => (this.connections += 1));
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://demo.localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const cookie = req.headers.cookie ?? "";
    if (req.method === "POST") {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      const { name } = JSON.parse(Buffer.concat(chunks).toString()) as { name: string };
      const id = `${name}-${this.sessions.size}`;
      this.sessions.set(id, { name, visits: 0 });
      res.setHeader("set-cookie", [`sid=${id}; Path=/`, "pin=pod-a; Path=/"]);
      return answer(res, { loggedIn: true, name, visits: 0 });
    }
    this.cookies.add(cookie.replaceAll(/-\d+/g, ""));
    const session = this.sessions.get(/sid=([^;]+)/.exec(cookie)?.[1] ?? "");
    this.visits += 1;
    if (this.fault(this.visits, res, session?.name ?? "")) return;
    if (session === undefined) return answer(res, { loggedIn: false, name: null, visits: 0 });
    session.visits += 1;
    answer(res, { loggedIn: true, ...session });
  }
}

function answer(res: ServerResponse, session: object): void {
  res.setHeader("content-type", "application/json").end(JSON.stringify({ ...session, pod: "pod-a" }));
}

describe("the load of the application's proofs", function () {
  this.timeout(30_000);
  let demo: FakeDemo;
  let load: Load;
  let url: string;

  beforeEach("a server that answers", async () => {
    demo = new FakeDemo();
    url = await demo.start();
    load = new Load((command) => command);
  });

  afterEach(async () => {
    await load.end();
    demo.stop();
  });

  const begin = (plan: Partial<Plan> = {}) =>
    load.begin({
      url,
      address: "127.0.0.1",
      cookie: "sid",
      visitors: 8,
      intervalMs: 5,
      requests: 10_000,
      seconds: 20,
      ...plan,
    });

  /** What was met while a fault was there for so many requests. */
  async function meet(fault: Fault, requests = 400): Promise<Findings> {
    await begin();
    return load.during(() => {
      demo.fault = fault;
      return Promise.resolve();
    }, requests);
  }

  /** What of the incidents is the same each time. */
  const told = ({ incidents }: Findings) => incidents.map(({ what }) => what);

  it("counts what it asked, half on new connections and half on kept ones, half of each without a pin", async () => {
    await begin();
    const findings = await load.during(() => Promise.resolve(), 1000);
    assert.ok(total(findings) >= 1000);
    assert.ok(Math.abs(findings.requests.new - findings.requests.kept) < total(findings) / 4);
    const { failed, lost, incidents, pods, ended } = findings;
    assert.deepEqual(
      { failed, lost, incidents, pods, ended },
      { failed: 0, lost: 0, incidents: [], pods: ["pod-a"], ended: undefined },
    );
    // Four visitors keep theirs; the first request of each, which opened it, was the login.
    assert.ok(findings.reused >= findings.requests.kept - 4 && findings.reused <= findings.requests.kept + 4);
    const rest = await load.stop();
    assert.equal(
      demo.visits,
      [...demo.sessions.values()].reduce((sum, { visits }) => sum + visits, 0),
    );
    assert.ok(demo.visits >= total(findings) + total(rest));
    // The logins of the others had connections of their own as well.
    assert.ok(demo.connections > demo.visits / 3 && demo.connections < demo.visits);
    assert.deepEqual([...demo.cookies].sort(), ["sid=visitor", "sid=visitor; pin=pod-a"]);
  });

  it("reports each answer that is not 200, with status, reason, time and visitor", async () => {
    const began = new Date().toISOString();
    const findings = await meet((count, res) => {
      if (count % 100 !== 0) return false;
      res.writeHead(502).end("Bad Gateway");
      return true;
    });
    assert.ok(findings.failed >= 3 && findings.failed <= 6, summary(findings));
    assert.equal(findings.lost, 0);
    assert.deepEqual([...new Set(told(findings))], ['502 "Bad Gateway"']);
    assert.equal(findings.incidents.length, findings.failed);
    for (const { at, visitor, connection } of findings.incidents) {
      assert.ok(at > began && at <= new Date().toISOString());
      assert.match(`${visitor} ${connection}`, /^visitor-([0246] new|[1357] kept)$/);
    }
  });

  it("reports connections that are cut, new and kept ones alike", async () => {
    const cut = new Set<string>();
    const findings = await meet((_, res, name) => {
      const kind = ["visitor-0", "visitor-1"].includes(name) && !cut.has(name);
      if (kind) {
        cut.add(name);
        res.destroy();
      }
      return kind;
    });
    assert.equal(findings.failed, 2);
    assert.deepEqual(findings.incidents.map(({ connection }) => connection).sort(), ["kept", "new"]);
    for (const what of told(findings)) assert.match(what, /^ECONNRESET socket hang up$/);
  });

  it("reports an answer that is no session", async () => {
    const findings = await meet((count, res) => {
      if (count % 200 === 0) res.end("<html>");
      return count % 200 === 0;
    });
    assert.ok(findings.failed >= 1);
    assert.deepEqual([...new Set(told(findings))], ['200 with "<html>"']);
  });

  it("reports a session that is gone once, logs its visitor in again and sees the next loss", async () => {
    let losses = 0;
    const findings = await meet((_, __, name) => {
      const own = [...demo.sessions].filter(([, session]) => session.name === name);
      if (name === "visitor-3" && losses < 2 && (own.at(-1)?.[1].visits ?? 0) > 5) {
        for (const [id] of own) demo.sessions.set(`${id}-gone`, { name: "nobody", visits: 0 });
        for (const [id] of own) demo.sessions.delete(id);
        losses += 1;
      }
      return false;
    });
    assert.equal(findings.failed, 0);
    assert.equal(losses, 2);
    assert.equal(findings.lost, 2);
    for (const what of told(findings)) assert.match(what, /^logged out after \d+ visits$/);
  });

  it("reports visits that were answered and are not in the session any more", async () => {
    let done = false;
    const findings = await meet((_, res, name) => {
      const [session] = [...demo.sessions.values()].filter((one) => one.name === name);
      if (done || session?.name !== "visitor-2" || session.visits < 5) return false;
      done = true;
      session.visits -= 1; // Now the next is counted as the last one was.
      return false;
    });
    assert.deepEqual([findings.failed, findings.lost], [0, 1]);
    assert.match(told(findings)[0] ?? "", /^visits went from (\d+) to \1$/);
  });

  it("reports the session of another", async () => {
    let done = false;
    const findings = await meet((_, res, name) => {
      if (done || name !== "visitor-4") return false;
      done = true;
      answer(res, { loggedIn: true, name: "visitor-5", visits: 99 });
      return true;
    });
    assert.deepEqual([findings.failed, findings.lost, told(findings)], [0, 1, ["logged in as visitor-5"]]);
  });

  it("counts on where it tells no more", async () => {
    const findings = await meet((count, res) => {
      if (count % 2 === 0) res.writeHead(503).end();
      return count % 2 === 0;
    }, 200);
    assert.equal(findings.incidents.length, incidentsTold);
    assert.ok(findings.failed > 80, summary(findings));
  });

  it("ends by itself after so many requests, and the change with it", async () => {
    await begin({ requests: 300 });
    await assert.rejects(
      load.during(() => Promise.resolve(), 1000),
      { message: "the load ended by itself: 300 requests were made" },
    );
    await load.stop();
    assert.ok(demo.visits >= 300 && demo.visits <= 308, `${demo.visits} visits`);
  });

  it("ends by itself after so many seconds", async () => {
    await begin({ seconds: 1 });
    await assert.rejects(
      load.during(() => Promise.resolve(), 10_000),
      { message: "the load ended by itself: 1 s are over" },
    );
  });

  it("says so when a visitor cannot log in at the start", async () => {
    demo.stop();
    await assert.rejects(begin(), /^Error: the load could not begin: Error: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
  });

  it("says so when its process is gone", async () => {
    await begin();
    await load.end();
    await assert.rejects(load.look(), { message: "the load was not started, or has been ended" });
  });
});
