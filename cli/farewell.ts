import type { LocalCluster } from "../local/node.ts";
import type { ProofContext } from "../tests/e2e/proof/context.ts";

/** What to do next: how to open the application, look inside and stop. */
export function farewell(proof: ProofContext | undefined, local: LocalCluster | undefined): string {
  if (proof === undefined) return "";
  const { endpoint, namespace, stack } = proof;
  const { host, hostname, port } = new URL(endpoint.url);
  const kubectl = local === undefined ? "kubectl" : "npm run kubectl --";
  const rows = [
    [
      "Open",
      `${endpoint.url} (where ${hostname} does not resolve: curl --connect-to ${host}:${endpoint.address}:${port} ${endpoint.url})`,
    ],
    ["Look inside", `${kubectl} -n ${namespace} get pods,pvc,ingress`],
    ["Ask the store", `${kubectl} -n ${namespace} exec redis-0 -- sh /etc/session-store/ask.sh info replication`],
    [
      "Store",
      `${stack.outputs.sessionStore?.host}:${stack.outputs.sessionStore?.port}, Secret ${stack.outputs.sessionStore?.secretName}`,
    ],
    ...(local === undefined
      ? []
      : [
          ["Logs", local.logDirectory],
          ["Stop", "npm run stop (sessions stay; -- --purge removes them, too)"],
        ]),
  ];
  return ["", ...rows.map(([what, how]) => `  ${what?.padEnd(14)} ${how}`), ""].join("\n");
}
