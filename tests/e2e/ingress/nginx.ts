import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, hashOf } from "../../../local/cache.ts";
import { debianLayer } from "../../../local/images/debian.ts";
import { currentSettings } from "../../../local/node.ts";
import { nginxLines } from "./nginxLine.ts";
import type { Proxy } from "./proxyController.ts";

const port = 8481;

/** The nginx of a later Debian, which has cookies in its upstreams (1.29.6) as that in F5's controller. */
export const nginx: Proxy = {
  port,
  async command(file, folder) {
    const root = await unpacked();
    const libraries = join(root, "usr/lib");
    const [triplet = ""] = (await readdir(libraries)).filter((name) => name.endsWith("-linux-gnu"));
    const [loader = ""] = (await readdir(join(libraries, triplet))).filter((name) => name.startsWith("ld-linux-"));
    // By its own C library, which is a later one than the machine's.
    const own = [join(libraries, triplet, loader), "--library-path", join(libraries, triplet)];
    return [...own, join(root, "usr/sbin/nginx"), "-p", folder, "-e", "stderr", "-c", file];
  },
  reload: "SIGHUP",
  async configuration({ cluster, outputs: { namespace, app } }, pods, folder) {
    const { metadata } = await cluster.networking.readNamespacedIngress({ name: "app", namespace });
    const lines = nginxLines(metadata?.annotations ?? {}, app.service);
    // As the controller has it: a pod that fails once is spared for ten seconds.
    const servers = pods.map(({ address }) => `server ${address} max_fails=1 fail_timeout=10s max_conns=0;`);
    const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    return [
      "daemon off;",
      "user root;",
      `pid ${folder}/nginx.pid;`,
      "error_log stderr crit;",
      "events {}",
      "http {",
      "  access_log off;",
      ...folders.map((name) => `  ${name}_temp_path ${folder}/${name};`),
      `  upstream ${app.service} {`,
      ...[...lines, ...servers].map((line) => `    ${line}`),
      "  }",
      `  server { listen ${port}; location / { proxy_set_header Host $http_host; proxy_pass http://${app.service}; } }`,
      "}",
      "",
    ].join("\n");
  },
};

/** Its files, out of a layer as the node's images have. */
async function unpacked(): Promise<string> {
  const { cache } = currentSettings();
  const layer = await debianLayer("nginx", { packages: ["nginx"], suite: "forky" }, cache);
  return cached({
    root: cache,
    artifact: "nginx-root",
    key: hashOf(layer),
    produce: async (output) => {
      await execa("tar", ["--extract", "--file", layer, "--directory", output]);
    },
  });
}
