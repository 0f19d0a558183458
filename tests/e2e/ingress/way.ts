import type { Environment } from "../../../cli/environment.ts";
import type { DialectName } from "../../../components/affinity/dialects.ts";
import { eventually } from "../../../deploy/eventually.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";
import { HaproxyController, noHaproxy } from "./haproxyController.ts";
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

/** Debian's HAProxy with the line that the controller's documentation gives for our objects. */
function haproxy(controller: "haproxy-ingress" | "haproxytech"): Way {
  const served = new HaproxyController(controller);
  return {
    controller,
    className: "haproxy",
    servedBy: "HAProxy",
    missing: noHaproxy,
    open: (_, stack) => served.start(stack),
    restart: () => served.restart(),
    close: () => served.stop(),
  };
}

export const ways: Way[] = [
  traefik("traefik", "traefik"),
  traefik("ingress-nginx", "nginx"),
  haproxy("haproxy-ingress"),
  haproxy("haproxytech"),
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
