import assert from "node:assert/strict";
import dns from "node:dns";
import type { LookupAddress, LookupAllOptions } from "node:dns";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mock } from "node:test";
import { createServer } from "node:tls";
import { promisify } from "node:util";
import waitFor from "p-wait-for";
import { connectStore } from "../src/store/connect.ts";
import { FakeRedis } from "./fakeRedis.ts";
import { collectLog } from "./harness.ts";

const DEADLINE = { interval: 5, timeout: 5000 };

describe("demo: connection to the session store", () => {
  /** What a failed test must not leave open, or the runner waits for ever. */
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  const makeRedis = (host?: string, port?: number): FakeRedis => {
    const redis = new FakeRedis(host, port);
    cleanUps.push(() => redis.stop());
    return redis;
  };
  const connectTo = (url: string, commandTimeoutMs = 200) => {
    const { lines, log } = collectLog();
    const link = connectStore({ url, prefix: "sess:", log, commandTimeoutMs, probeIntervalMs: 50 });
    cleanUps.push(() => link.close());
    return { link, events: () => lines.map(({ event }) => event) };
  };

  it("waits for a store that is not there at first, says so once, and finds it when it comes", async () => {
    const redis = makeRedis();
    await redis.start();
    await redis.stop();
    const { link, events } = connectTo(redis.url);
    await waitFor(() => events().length > 0, DEADLINE);
    assert.equal(link.everUp, false);
    await redis.start();
    await waitFor(() => link.everUp, DEADLINE);
    assert.deepEqual(events(), ["store.down", "store.up"]);
  });

  it("is not up while the store accepts and does not answer, and gives the attempt up", async () => {
    const redis = makeRedis();
    redis.silent = true;
    await redis.start();
    const { link, events } = connectTo(redis.url, 100);
    await waitFor(() => redis.connections >= 2, DEADLINE);
    assert.equal(link.everUp, false);
    redis.silent = false;
    await waitFor(() => link.everUp, DEADLINE);
    assert.equal(events().at(-1), "store.up");
  });

  it("follows the name to another address when the old connection ends", async () => {
    const old = makeRedis("127.0.0.1");
    await old.start();
    const moved = makeRedis("127.0.0.2", old.port);
    await moved.start();
    let address = "127.0.0.1";
    type Callback = (error: null, found: LookupAddress[] | string, family?: number) => void;
    const lookup = mock.method(dns, "lookup", (_name: string, options: LookupAllOptions, done: Callback) => {
      if (options.all) done(null, [{ address, family: 4 }]);
      else done(null, address, 4);
    });
    cleanUps.push(() => lookup.mock.restore());
    const { link, events } = connectTo(`redis://redis-master.test:${old.port}`);
    await waitFor(() => link.everUp, DEADLINE);
    assert.deepEqual([old.connections, moved.connections], [1, 0]);
    address = "127.0.0.2";
    await old.stop();
    await waitFor(() => events().length === 3, DEADLINE);
    assert.deepEqual(events(), ["store.up", "store.down", "store.up"]);
    assert.equal(moved.connections, 1);
  });

  it("logs in as the URL's user, and sends no command that a user limited to sessions may not use", async () => {
    const redis = makeRedis();
    await redis.start();
    const { link } = connectTo(`redis://app:p%40ss%25@127.0.0.1:${redis.port}/0`);
    await waitFor(() => link.everUp, DEADLINE);
    const session = { cookie: { originalMaxAge: 1000, expires: new Date(Date.now() + 1000) } };
    await promisify(link.store.set.bind(link.store))("a", session);
    await promisify(link.store.get.bind(link.store))("a");
    await promisify(link.store.destroy.bind(link.store))("a");
    assert.deepEqual(redis.logins, [["app", "p@ss%"]]);
    assert.deepEqual(new Set(redis.received), new Set(["AUTH", "CLIENT", "PING", "SET", "GET", "DEL"]));
  });

  it("asks for the server by its name under TLS", async () => {
    const asked: string[] = [];
    // There is no certificate: the name comes before it.
    const server = createServer({ SNICallback: (name, done) => (asked.push(name), done(null)) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(() => server.close());
    const { link, events } = connectTo(`rediss://localhost:${(server.address() as AddressInfo).port}`);
    await waitFor(() => asked.length > 0 && events().length > 0, DEADLINE);
    assert.deepEqual([asked[0], events()[0], link.everUp], ["localhost", "store.down", false]);
  });

  it("refuses at once what exceeds 1000 waiting commands, and still reconnects and answers those", async () => {
    const redis = makeRedis();
    await redis.start();
    const { link, events } = connectTo(redis.url, 3000);
    await waitFor(() => link.everUp, DEADLINE);
    await redis.stop();
    await waitFor(() => events().at(-1) === "store.down", DEADLINE);
    const get = promisify(link.store.get.bind(link.store));
    const waiting = Promise.all(Array.from({ length: 1000 }, () => get("nobody")));
    await assert.rejects(get("nobody"), { name: "StoreError", message: "1000 commands wait for the store already" });
    await redis.start();
    assert.deepEqual(new Set(await waiting), new Set([null]));
    assert.equal(await get("nobody"), null);
  });
});
