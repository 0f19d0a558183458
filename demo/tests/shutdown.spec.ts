import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Readable } from "node:stream";
import waitFor from "p-wait-for";
import { drainable } from "../src/drain.ts";
import { FakeRedis } from "./fakeRedis.ts";
import { Browser, KEY } from "./harness.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
const DEADLINE = { interval: 5, timeout: 10_000 };

/** A raw connection that collects what it is sent. */
class Wire {
  readonly socket: Socket;
  received = "";
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.setEncoding("utf8");
    this.socket.on("data", (chunk: string) => (this.received += chunk));
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => (this.closed = true));
  }

  get(path: string, cookie = "x=y"): void {
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`);
  }
}

/** Whether nobody accepts connections there any more. */
async function refuses(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return once(socket, "connect")
    .then(() => false)
    .catch(() => true)
    .finally(() => socket.destroy());
}

describe("demo: graceful shutdown of the server", () => {
  /** The test's server: a failed test must leave none, or the runner waits for ever. */
  let stop: () => void;
  afterEach(() => stop());
  const start = async () => {
    const waiting: (() => void)[] = [];
    const server = createServer((req, res) => {
      if (req.url === "/slow") waiting.push(() => res.end("slow"));
      else res.end("quick");
    });
    const { retire, drain } = drainable(server);
    stop = () => {
      server.close();
      server.closeAllConnections();
    };
    let accepted = 0;
    server.on("connection", () => (accepted += 1));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return { waiting, retire, drain, accepted: () => accepted, port: (server.address() as AddressInfo).port };
  };

  it("finishes open requests, ends idle connections and those never used, accepts no new one", async () => {
    const { waiting, drain, accepted, port } = await start();
    const [busy, idle, fresh, unused] = [new Wire(port), new Wire(port), new Wire(port), new Wire(port)];
    busy.get("/slow");
    idle.get("/");
    await waitFor(() => waiting.length === 1 && idle.received.includes("quick") && accepted() === 4, DEADLINE);
    assert.match(idle.received, /Connection: keep-alive/);
    const drained = drain(5000);
    fresh.get("/");
    const late = new Wire(port);
    await waitFor(() => idle.closed && late.closed && fresh.closed, DEADLINE);
    assert.match(fresh.received, /Connection: close\r\n[^]*quick/);
    await waitFor(() => unused.closed, DEADLINE);
    assert.deepEqual([busy.closed, late.received], [false, ""]);
    waiting[0]?.();
    assert.equal(await drained, true);
    await waitFor(() => busy.closed, DEADLINE);
    assert.match(busy.received, /Connection: close\r\n[^]*slow/);
  });

  it("serves on once retired, new connections too, and makes each answer the last of its connection", async () => {
    const { waiting, retire, accepted, port } = await start();
    const [busy, idle] = [new Wire(port), new Wire(port)];
    busy.get("/slow");
    idle.get("/");
    await waitFor(() => waiting.length === 1 && idle.received.includes("quick"), DEADLINE);
    retire();
    const late = new Wire(port);
    late.get("/");
    await waitFor(() => late.closed, DEADLINE);
    assert.match(late.received, /Connection: close\r\n[^]*quick/);
    assert.deepEqual([accepted(), idle.closed, busy.closed], [3, false, false]);
    idle.received = "";
    idle.get("/");
    await waitFor(() => idle.closed, DEADLINE);
    assert.match(idle.received, /Connection: close\r\n[^]*quick/);
    waiting[0]?.();
    await waitFor(() => busy.closed, DEADLINE);
    assert.match(busy.received, /Connection: close\r\n[^]*slow/);
  });

  it("cuts off what is not done at the deadline", async () => {
    const { waiting, drain, port } = await start();
    const busy = new Wire(port);
    busy.get("/slow");
    await waitFor(() => waiting.length === 1, DEADLINE);
    assert.equal(await drain(20), false);
    await waitFor(() => busy.closed, DEADLINE);
    assert.equal(busy.received, "");
  });
});

describe("demo: process", () => {
  const redis = new FakeRedis();
  let child: ChildProcessByStdio<null, Readable, Readable>;
  let output = "";
  let errors = "";
  const events = (): Record<string, unknown>[] =>
    output
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const event = (name: string): Record<string, unknown> | undefined => events().find((line) => line.event === name);

  /** Starts the program and returns its port. */
  const start = async (lingerSeconds: number): Promise<number> => {
    const env = {
      PATH: process.env.PATH,
      SESSION_STORE: redis.url,
      SESSION_SECRET: KEY,
      PORT: "0",
      POD_NAME: "pod-a",
      LINGER_SECONDS: String(lingerSeconds),
    };
    output = "";
    child = spawn(process.execPath, ["--import", "tsx", MAIN], { env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
    await waitFor(() => event("listen") !== undefined && event("store.up") !== undefined, DEADLINE);
    return event("listen")?.port as number;
  };

  before(() => redis.start());
  afterEach(() => child.kill("SIGKILL"));
  after(() => redis.stop());

  it("on SIGTERM serves on for its linger, unready, then ends with code 0", async () => {
    const port = await start(1);
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await waitFor(() => event("shutdown") !== undefined, DEADLINE);
    const newcomer = new Browser(`http://127.0.0.1:${port}`);
    const unready = await newcomer.get("/readyz");
    assert.deepEqual([unready.status, unready.headers.get("connection")], [503, "close"]);
    assert.equal((await newcomer.postJson("/api/login", { name: "Ada" })).status, 200);
    assert.equal(event("stopped"), undefined);
    assert.deepEqual(await exit, [0, null]);
  });

  it("on SIGTERM answers open requests, turns unready, logs what it did and ends with code 0", async () => {
    const port = await start(0);
    const fresh = new Wire(port);
    await once(fresh.socket, "connect");
    // Accepted after the connection above, so that one is accepted too once this answers.
    const browser = new Browser(`http://127.0.0.1:${port}`);
    assert.equal((await browser.get("/readyz")).status, 200);
    await (await browser.postJson("/api/login", { name: "Ada" })).text();

    redis.silent = true;
    const wire = new Wire(port);
    wire.get("/api/session", browser.cookie);
    await waitFor(() => redis.received.includes("GET"), DEADLINE);
    const exit = once(child, "exit");
    child.kill("SIGTERM");
    await waitFor(() => event("shutdown") !== undefined, DEADLINE);
    // It says so first, and listens on until it drains.
    await waitFor(() => refuses(port), DEADLINE);
    fresh.get("/readyz");
    await waitFor(() => fresh.closed, DEADLINE);
    redis.release();

    assert.deepEqual(await exit, [0, null]);
    assert.match(
      fresh.received,
      /^HTTP\/1.1 503 [^]*Connection: close\r\n[^]*{"ready":false,"reason":"shutting down"}$/,
    );
    assert.match(wire.received, /^HTTP\/1.1 200 OK\r\n[^]*Connection: close\r\n[^]*"name":"Ada"/);
    assert.equal(errors, "");
    assert.deepEqual(
      events().map((line) => line.event),
      ["start", "listen", "store.up", "shutdown", "stopped"],
    );
    const said = [event("start")?.pod, event("shutdown")?.signal, event("stopped")?.clean];
    assert.deepEqual(said, ["pod-a", "SIGTERM", true]);
    assert.deepEqual(Object.keys(event("store.up") ?? {}), ["time", "event"]);
    assert.ok(!output.includes("secret-of-the-store") && !output.includes(KEY));
  });
});
