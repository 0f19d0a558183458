import type { IngressSettings, ServiceSettings } from "../../config/exposure.ts";
import { renderAffinity } from "../affinity/affinity.ts";
import type { Dialect } from "../affinity/dialect.ts";
import { dialects } from "../affinity/dialects.ts";
import { nothing, type Affinity, type Place, type Rendering, type TlsRendering } from "../affinity/types.ts";
import { labels, type Labels } from "../labels.ts";

/** How an application is reached, as the configuration has it. Nothing of Pulumi in this folder. */
export interface ExposureSettings {
  service: ServiceSettings;
  /** Without it the application is reached by its Service alone. */
  ingress: IngressSettings | null;
  affinity: Affinity;
}

/** Whose application it is. */
export interface Owner {
  /** Value of the label app.kubernetes.io/instance. */
  instance: string;
  namespace: string;
  /** Labels of the application's pods, whose port is called `http`. */
  selector: Labels;
  /** Whether a pod that is replaced keeps its name; default false. */
  stablePods?: boolean;
}

/** Settings, owner, and what the dialect makes of them. */
export interface Way extends ExposureSettings, Owner {
  affinityRendering: Rendering;
  tlsRendering: TlsRendering;
}

/** Name of the Service, and of the Ingress or HTTPRoute. */
export const exposedName = "app";

export function wayTo(settings: ExposureSettings, owner: Owner): Way {
  const { ingress, affinity } = settings;
  const place = { ...placeOf(ingress, owner.namespace), stablePods: owner.stablePods };
  return {
    ...settings,
    ...owner,
    affinityRendering: renderAffinity(affinity, ingress?.controller ?? null, place),
    tlsRendering: ingress === null || ingress.tls === null ? nothing : renderTls(ingress, place),
  };
}

/** What the dialects have to know. */
export function placeOf(ingress: IngressSettings | null, namespace: string): Place {
  return {
    name: exposedName,
    namespace,
    tls: (ingress?.tls ?? null) !== null,
    tlsElsewhere: ingress?.tls?.elsewhere === true,
    gatewayApi: ingress?.gateway?.version ?? "1.6",
  };
}

/** Whether HTTP is led to HTTPS: as the user says, else where that is possible. */
export function redirects({ controller, gateway, redirect, tls }: IngressSettings): boolean {
  if (tls === null) return false;
  if (redirect !== undefined) return redirect;
  if (gateway !== undefined) return gateway.redirectSection !== undefined;
  const dialect: Dialect = dialects[controller];
  return dialect.tls.noRedirect === undefined;
}

/** Metadata of every object that leads to the application. */
export function metadata({ instance, namespace }: Owner, name = exposedName) {
  return { name, namespace, labels: labels({ name: exposedName, instance }, "exposure") };
}

function renderTls(ingress: IngressSettings, place: Place): TlsRendering {
  return { ...nothing, ...dialects[ingress.controller].tls.render(redirects(ingress), place) };
}
