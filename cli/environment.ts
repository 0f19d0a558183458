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
  /** What makes the store one of engine redis. */
  redis: Overrides;
}

/** A cluster that exists, as the command line names it. */
export interface ContextOptions {
  context: string;
  stack: string;
  /** `host:port` of the ingress controller; default: what the Ingress says, port 80. */
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
  const { host, port } = local.ingress;
  return {
    options: {
      stack,
      target: { kubeconfig: local.kubeconfig, context: local.context },
      overrides,
      keeper: inDirectory(local.keepDirectory),
    },
    endpoint: ({ outputs }) => Promise.resolve(endpointAt(outputs.url, host, port)),
    exportDirectory: local.nfs.directory,
    redis: { "store.engine": "redis", "store.image": local.images.redis },
  };
}

function engineOf(stack: string): "valkey" | "redis" {
  const store = JSON.parse(readStackFile(stack).values[`${projectName()}:store`] ?? "{}") as { engine?: "redis" };
  return store.engine ?? "valkey";
}

/** A cluster that exists, by a context of the user's kubeconfig. */
export function contextEnvironment({ context, stack, ingress }: ContextOptions): Environment {
  return {
    options: { stack, target: { context }, keeper: inMemory() },
    endpoint: async ({ cluster, outputs }) => {
      const { hostname: host, port } = new URL(
        `http://${ingress ?? (await ingressAddress(cluster, outputs.namespace))}`,
      );
      return endpointAt(outputs.url, host, Number(port === "" ? 80 : port));
    },
    redis: { "store.engine": "redis", "store.image": undefined },
  };
}

function endpointAt(url: string | null, address: string, port: number): Endpoint {
  if (url === null) throw new Error("the stack has no Ingress: set session-stack:ingress so that it can be reached");
  return { url: `http://${new URL(url).hostname}:${port}`, address };
}

async function ingressAddress({ networking }: Cluster, namespace: string): Promise<string> {
  return eventually("the Ingress to get an address (give --ingress host:port where it never does)", 120, async () => {
    const { status } = await networking.readNamespacedIngress({ name: "app", namespace });
    const [first] = status?.loadBalancer?.ingress ?? [];
    return first?.ip ?? first?.hostname;
  });
}
