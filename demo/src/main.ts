import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { ConfigError, readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { drainable } from "./drain.ts";
import { logToStdout as log, reasonOf } from "./log.ts";
import { shown } from "./shown.ts";
import { connectStore } from "./store/connect.ts";

/** Open requests get this long after SIGTERM; one that waits for the store takes at most two commands of 2 s. */
const DRAIN_MS = 8000;
/** Longer than proxies keep idle connections (Traefik 90 s), or they reuse one just as it closes and answer 502. */
const KEEP_ALIVE_MS = 95_000;

function main(config: Config): void {
  const { podName } = config;
  let stopping = false;
  log("start", { pod: podName, node: process.version });

  const link = connectStore({ url: config.storeUrl, caPath: config.storeCaPath, prefix: config.prefix, log });
  const unready = (): string | undefined => {
    if (stopping) return "shutting down";
    // Stays ready while the store is away: all pods would drop out together, and the 503 says more than a proxy can.
    return link.everUp ? undefined : "not connected to the session store yet";
  };
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS },
    createApp({
      ...config,
      store: link.store,
      storeKind: link.kind,
      shown: shown(process.env, process.argv, podName),
      unready,
      log,
    }),
  );
  const { retire, drain } = drainable(server);

  server.on("error", (error) => {
    process.stderr.write(`PORT: cannot listen on ${config.port}: ${reasonOf(error)}; choose another port\n`);
    process.exit(1);
  });
  server.listen(config.port, () => log("listen", { port: (server.address() as AddressInfo).port }));

  const stop = (signal: NodeJS.Signals, lingerSeconds: number): void => {
    if (stopping) return;
    stopping = true;
    // A proxy that keeps its connection would send the next visitor down it just as it ends.
    retire();
    log("shutdown", { signal });
    const end = async (): Promise<void> => {
      const clean = await drain(DRAIN_MS);
      link.close();
      log("stopped", { clean });
      process.exit(0);
    };
    setTimeout(() => void end(), lingerSeconds * 1000);
  };
  // Traefik sends visitors pinned to this pod here until it is unready: serve them until it has heard of that.
  process.on("SIGTERM", (signal) => stop(signal, config.lingerSeconds));
  process.on("SIGINT", (signal) => stop(signal, 0));
}

try {
  main(readConfig(process.env));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(error.problems.map((problem) => `${problem}\n`).join(""));
  process.exitCode = 1;
}
