import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { sessionCommands } from "../redisContents.ts";
import { contents, noRedis, ScriptFolder, Server } from "./redisServers.ts";

const reason = noRedis || (spawnSync("openssl", ["version"]).status === 0 ? "" : "no openssl on PATH");

(reason === "" ? describe : describe.skip)(
  `backup.sh and restore.sh by TLS${reason && ` (skipped: ${reason})`}`,
  () => {
    it("copy the store and restore it, each connection by TLS", async () => {
      const folder = new ScriptFolder();
      const servers: Server[] = [];
      try {
        folder.withCertificates();
        for (const script of ["lib.sh", "follow.sh", "backup.sh", "restore.sh"]) folder.add(script);
        const start = async (host: number) => {
          const server = new Server(folder, host);
          servers.push(server);
          return server.start();
        };
        const origin = await start(1);
        origin.input(sessionCommands(50));
        const primary = await start(2);
        const made = await folder.run("backup.sh", { SOURCES: origin.host, KEEP: "1" });
        assert.deepEqual([made.status, made.stderr], [0, ""]);
        const env = { PRIMARY_HOST: primary.host, POD_IP: folder.address(3) };
        const { status, stderr, stdout } = await folder.run("restore.sh", env);
        const name = readdirSync(folder.at("backup")).find((file) => file.endsWith(".rdb"));
        assert.deepEqual([status, stderr], [0, ""]);
        assert.match(stdout, new RegExp(`restored 50 sessions from ${name}; redis-0 is the primary again\n$`));
        assert.deepEqual(contents(primary), contents(origin));
      } finally {
        await Promise.all(servers.map((server) => server.stop()));
        folder.remove();
      }
    });
  },
);
