import { spawnSync } from "node:child_process";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { haproxyIngressLines, haproxytechLines } from "./haproxyLine.ts";
import type { Proxy } from "./proxyController.ts";
import { backendsIn } from "./standIns.ts";

/** Why there is no HAProxy; "" where there is. */
export const noHaproxy = spawnSync("haproxy", ["-v"]).status === 0 ? "" : "no haproxy on PATH: apt-get install haproxy";

const port = 8480;

/** Debian's HAProxy, with the backend of one of the two controllers. */
export function haproxy(controller: "haproxy-ingress" | "haproxytech"): Proxy {
  return {
    port,
    command: (file) => Promise.resolve(["haproxy", "-W", "-q", "-f", file]),
    reload: "SIGUSR2", // The master starts workers with the new file.
    configuration: async (stack, pods) => {
      const backend = await backendLines(controller, stack);
      // A dynamic cookie is made of the address, any other of the server's name.
      const isNamed = backend.some((line) => /^cookie (?!.* dynamic( |$))/.test(line));
      const servers = pods.map(({ name, address }) => `server ${name} ${address}${isNamed ? ` cookie ${name}` : ""}`);
      return [
        "defaults",
        "  mode http",
        "  timeout connect 2s",
        "  timeout client 30s",
        "  timeout server 30s",
        // As both controllers have it: a request to a pod that has just gone is sent to another.
        "  retries 3",
        "  option redispatch",
        "frontend web",
        `  bind *:${port}`,
        "  default_backend app",
        "backend app",
        ...[...backend, ...servers].map((line) => `  ${line}`),
        "",
      ].join("\n");
    },
  };
}

/** What the controller would make of the Service's annotations and of what they name. */
async function backendLines(controller: "haproxy-ingress" | "haproxytech", stack: DeployedStack): Promise<string[]> {
  const { cluster, outputs } = stack;
  const { namespace } = outputs;
  const { metadata } = await cluster.core.readNamespacedService({ name: outputs.app.service, namespace });
  const serviceAnnotations = metadata?.annotations ?? {};
  if (controller === "haproxy-ingress") return haproxyIngressLines({ serviceAnnotations, objects: [] });
  const backends = await backendsIn(cluster, namespace);
  const objects = backends.map(({ metadata: { name }, spec }) => ({ apiVersion: "", kind: "Backend", name, spec }));
  return haproxytechLines({ serviceAnnotations, objects });
}
