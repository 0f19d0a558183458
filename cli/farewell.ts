import type { LocalCluster } from "../local/node.ts";
import type { ProofContext } from "../tests/e2e/proof/context.ts";
import type { ContextOptions } from "./environment.ts";

/** What to do next: how to open the application, look inside and stop. */
export function farewell({ endpoint, namespace, stack }: ProofContext, where: LocalCluster | ContextOptions): string {
  const { host, port } = new URL(endpoint.url);
  const isLocal = "kubectl" in where;
  const kubectl = isLocal ? "npm run kubectl --" : `kubectl --context ${where.context}`;
  const store = stack.outputs.sessionStore;
  const rows = {
    Open: endpoint.url,
    "or, if that does not resolve": `curl --connect-to ${host}:${endpoint.address}:${port} ${endpoint.url}`,
    "Look inside": `${kubectl} -n ${namespace} get pods,pvc,ingress`,
    "Ask the store": `${kubectl} -n ${namespace} exec redis-0 -- sh /etc/session-store/ask.sh info replication`,
    "Session store": `${store?.host}:${store?.port}, its URL in Secret ${store?.secretName}, key ${store?.secretKey}`,
    ...(isLocal
      ? { Logs: where.logDirectory, Stop: "npm run stop (sessions stay; with -- --purge they go, too)" }
      : { Stop: `npm run stop -- --context ${where.context} --stack ${where.stack}` }),
  };
  const lines = Object.entries(rows).map(([what, how]) => `  ${what.padEnd(30)}${how}`);
  return ["", ...lines, ""].join("\n");
}
