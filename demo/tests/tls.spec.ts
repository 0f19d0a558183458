import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:tls";
import type { Server } from "node:tls";
import waitFor from "p-wait-for";
import { connectStore } from "../src/store/connect.ts";
import type { StoreLink } from "../src/store/link.ts";
import { selfSigned } from "./certificate.ts";
import type { Certified } from "./certificate.ts";
import { FakeRedis } from "./fakeRedis.ts";
import { collectLog } from "./harness.ts";

const DEADLINE = { interval: 5, timeout: 5000 };

describe("demo: TLS to the session store", () => {
  const first = selfSigned("localhost");
  const second = selfSigned("localhost");
  const redis = new FakeRedis();
  const sockets = new Set<Socket>();
  let directory: string;
  let caPath: string;
  let server: Server;
  let link: StoreLink | undefined;
  let events: ReturnType<typeof collectLog>["lines"];

  before(() => redis.start());
  after(() => redis.stop());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "demo-tls-"));
    caPath = join(directory, "ca.crt");
    writeFileSync(caPath, first.certificate);
    // Unwraps for the fake.
    server = createServer({ key: first.key, cert: first.certificate }, (socket) => {
      const plain = connect(redis.port, "127.0.0.1");
      for (const one of [socket, plain]) {
        sockets.add(one);
        one.on("error", () => undefined).on("close", () => (socket.destroy(), plain.destroy(), sockets.delete(one)));
      }
      socket.pipe(plain).pipe(socket);
    });
    server.on("tlsClientError", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    link?.close();
    link = undefined;
    server.close();
    for (const socket of sockets) socket.destroy();
    rmSync(directory, { recursive: true });
  });

  const connectTo = (host: string): StoreLink => {
    const { lines, log } = collectLog();
    events = lines;
    const url = `rediss://${host}:${(server.address() as AddressInfo).port}`;
    link = connectStore({ url, caPath, prefix: "sess:", log, commandTimeoutMs: 500, probeIntervalMs: 50 });
    return link;
  };
  const names = (): string[] => events.map(({ event }) => event);
  /** The server goes on with another certificate, and without its connections. */
  const serveAs = ({ key, certificate }: Certified): void => {
    server.setSecureContext({ key, cert: certificate });
    for (const socket of sockets) socket.destroy();
  };

  it("trusts the file's authority", async () => {
    const { everUp } = connectTo("localhost");
    assert.equal(everUp, false);
    await waitFor(() => names().length > 0, DEADLINE);
    assert.deepEqual(events, [{ event: "store.up" }]);
  });

  it("trusts no other", async () => {
    writeFileSync(caPath, second.certificate);
    const refused = connectTo("localhost");
    await waitFor(() => names().length > 0, DEADLINE);
    assert.deepEqual([events, refused.everUp], [[{ event: "store.down", reason: "self-signed certificate" }], false]);
  });

  it("trusts no other name", async () => {
    connectTo("127.0.0.1");
    await waitFor(() => names().length > 0, DEADLINE);
    assert.match(String(events[0]?.reason), /^Hostname\/IP does not match certificate's altnames: /);
  });

  it("reads the file again for each connection", async () => {
    connectTo("localhost");
    await waitFor(() => names().at(-1) === "store.up", DEADLINE);
    serveAs(second);
    await waitFor(() => names().at(-1) === "store.down", DEADLINE);
    writeFileSync(caPath, second.certificate);
    await waitFor(() => names().at(-1) === "store.up", DEADLINE);
    assert.deepEqual(names(), ["store.up", "store.down", "store.up"]);
  });

  it("goes on with what it read last when the file is not usable, and says so once", async () => {
    connectTo("localhost");
    await waitFor(() => names().at(-1) === "store.up", DEADLINE);
    writeFileSync(caPath, "half of a");
    serveAs(second);
    await waitFor(() => names().includes("store.ca"), DEADLINE);
    serveAs(first);
    await waitFor(() => names().at(-1) === "store.up", DEADLINE);
    const said = events.filter(({ event }) => event === "store.ca");
    assert.deepEqual(said, [{ event: "store.ca", reason: `${caPath} holds no certificate in PEM format` }]);
  });
});
