import type { Environment } from "../../../cli/environment.ts";
import type { DialectName } from "../../../components/affinity/dialects.ts";
import { eventually } from "../../../deploy/eventually.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { haproxy, noHaproxy } from "./haproxy.ts";
import { nginx } from "./nginx.ts";
import { ProxyController, type Proxy } from "./proxyController.ts";
import type { Endpoint } from "../proof/browser.ts";

/** A real controller, or the proxy of one, that leads visitors to a deployed stack. */
export interface Way {
  /** The dialect of the stack's objects. */
  controller: DialectName;
  className: string;
  /** Who serves it here. */
  servedBy: string;
  /** Why it can't be served on this machine; "" where it can. */
  missing: string;
  /** Begins to serve what was deployed, and whatever is deployed there later. */
  open: (environment: Environment, stack: DeployedStack) => Promise<Endpoint>;
  /** Ends the controller and starts it again. */
  restart: (stack: DeployedStack) => Promise<void>;
  close: () => Promise<void>;
}

/** The local node's Traefik, which also understands the annotations of ingress-nginx. */
function traefik(controller: "traefik" | "ingress-nginx", className: string): Way {
  return {
    controller,
    className,
    servedBy: "Traefik",
    missing: "",
    open: (environment, stack) => environment.endpoint(stack),
    restart: replaceTraefik,
    close: () => Promise.resolve(),
  };
}

/** A proxy with the configuration that the controller's documentation or template gives for our objects. */
function proxied(controller: DialectName, servedBy: string, proxy: Proxy, missing = ""): Way {
  const served = new ProxyController(proxy);
  return {
    controller,
    className: "proxied", // Nobody else's.
    servedBy,
    missing,
    open: (_, stack) => served.start(stack),
    restart: () => served.restart(),
    close: () => served.stop(),
  };
}

export const ways: Way[] = [
  traefik("traefik", "traefik"),
  traefik("ingress-nginx", "nginx"),
  proxied("haproxy-ingress", "HAProxy", haproxy("haproxy-ingress"), noHaproxy),
  proxied("haproxytech", "HAProxy", haproxy("haproxytech"), noHaproxy),
  proxied("nginx", "nginx", nginx),
];

async function replaceTraefik({ cluster }: DeployedStack): Promise<void> {
  const where = { namespace: "ingress", labelSelector: "app.kubernetes.io/name=traefik" };
  const { items } = await cluster.core.listNamespacedPod(where);
  const old = items.map(({ metadata }) => metadata?.uid);
  await cluster.core.deleteCollectionNamespacedPod(where);
  await eventually("another Traefik to be ready", 60, async () => {
    const { items: now } = await cluster.core.listNamespacedPod(where);
    const isReady = now[0]?.status?.containerStatuses?.every(({ ready }) => ready) ?? false;
    return now.length === 1 && !old.includes(now[0]?.metadata?.uid) && isReady;
  });
}
