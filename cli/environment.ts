import type { Cluster } from "../deploy/cluster.ts";
import { eventually } from "../deploy/eventually.ts";
import { inDirectory, inMemory } from "../deploy/secrets.ts";
import type { DeployedStack, StackOptions } from "../deploy/stack.ts";
import type { LocalCluster } from "../local/node.ts";
import { projectName, readStackFile, type Overrides } from "../render/stackFile.ts";
import type { Endpoint } from "../tests/e2e/proof/browser.ts";

/** Where a stack runs: what to deploy there, and how to reach it. */
export interface Environment {
  options: StackOptions;
  endpoint: (stack: DeployedStack) => Promise<Endpoint>;
  /** The export's directory, where this machine serves it. */
  exportDirectory?: string;
  /** What makes the store one of engine valkey. */
  valkey: Overrides;
  /** What makes the store one of engine redis. */
  redis: Overrides;
  /** What puts an exporter of metrics beside it. */
  exporter: Overrides;
  /** What makes it a memcached. */
  memcached: Overrides;
}

/** A cluster that exists, as the command line names it. */
export interface ContextOptions {
  context: string;
  stack: string;
  /** `host` or `host:port` of the ingress controller; default: what the Ingress says, port 80 or 443. */
  ingress?: string;
}

/** The local node: it provides a kubeconfig, images and an NFS server, and nothing else. */
export function localEnvironment(local: LocalCluster): Environment {
  const stack = "local";
  const overrides = {
    "storage.nfs.server": local.nfs.server,
    "storage.nfs.path": local.nfs.path,
    "storage.nfs.provisionerImage": local.images.provisioner,
    "store.image": local.images[engineOf(stack)],
    "app.image": local.images.demo,
  };
  const { host, port, tlsPort } = local.ingress;
  return {
    options: {
      stack,
      target: { kubeconfig: local.kubeconfig, context: local.context },
      overrides,
      keeper: inDirectory(local.keepDirectory),
    },
    endpoint: ({ outputs: { url, ingress } }) =>
      Promise.resolve().then(() =>
        ingress === null ? endpointOfService(url) : endpointAt(url, host, { http: port, https: tlsPort }),
      ),
    exportDirectory: local.nfs.directory,
    valkey: { "store.engine": "valkey", "store.image": local.images.valkey },
    redis: { "store.engine": "redis", "store.image": local.images.redis },
    exporter: { "store.metrics": { image: local.images.exporter } },
    memcached: { store: { kind: "memcached", image: local.images.memcached } },
  };
}

function engineOf(stack: string): "valkey" | "redis" {
  const store = JSON.parse(readStackFile(stack).values[`${projectName()}:store`] ?? "{}") as { engine?: "redis" };
  return store.engine ?? "valkey";
}

/**
 * A cluster that exists, by a context of the user's kubeconfig.
 * @throws Error when the ingress controller's address is none.
 */
export function contextEnvironment({ context, stack, ingress }: ContextOptions): Environment {
  const given = ingress === undefined ? undefined : parseAddress(ingress);
  return {
    options: { stack, target: { context }, keeper: inMemory() },
    endpoint: async ({ cluster, outputs }) => {
      if (outputs.ingress === null) return endpointOfService(outputs.url);
      const { host, port } = given ?? { host: await ingressAddress(cluster, outputs.namespace) };
      return endpointAt(outputs.url, host, { http: port ?? 80, https: port ?? 443 });
    },
    valkey: { "store.engine": "valkey", "store.image": undefined },
    redis: { "store.engine": "redis", "store.image": undefined },
    exporter: { "store.metrics": {} },
    memcached: { store: { kind: "memcached" } },
  };
}

function parseAddress(ingress: string): { host: string; port?: number } {
  const url = URL.canParse(`http://${ingress}`) ? new URL(`http://${ingress}`) : undefined;
  if (url === undefined || url.href !== `http://${url.host}/`)
    throw new Error(`--ingress must be the address of the ingress controller as host:port, got "${ingress}"`);
  const port = /:(\d+)$/.exec(ingress)?.[1]; // The URL leaves its default out.
  return { host: url.hostname, ...(port === undefined ? {} : { port: Number(port) }) };
}

/** @param ports those of the ingress controller, for the scheme of the stack's URL */
function endpointAt(url: string | null, address: string, ports: { http: number; https: number }): Endpoint {
  if (url === null)
    throw new Error(
      'no host of the stack\'s Ingress is an address: add one without "*" to session-stack:ingress.hosts, with a path of the application',
    );
  const { protocol, hostname } = new URL(url);
  return { url: `${protocol}//${hostname}:${protocol === "https:" ? ports.https : ports.http}`, address };
}

/** A stack without an Ingress may have a Service that a load balancer leads to, whose address is the URL's. */
function endpointOfService(url: string | null): Endpoint {
  if (url === null) {
    throw new Error(
      "the stack has no Ingress and no load balancer: set session-stack:ingress so that it can be reached",
    );
  }
  const { hostname, port } = new URL(url);
  return { url: `http://${hostname}:${port === "" ? 80 : port}`, address: hostname };
}

async function ingressAddress({ networking }: Cluster, namespace: string): Promise<string> {
  return eventually("the Ingress to get an address (give --ingress host:port where it never does)", 120, async () => {
    const { status } = await networking.readNamespacedIngress({ name: "app", namespace });
    const [first] = status?.loadBalancer?.ingress ?? [];
    return first?.ip ?? first?.hostname;
  });
}
