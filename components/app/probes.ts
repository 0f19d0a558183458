import type { types } from "@pulumi/kubernetes";
import type { HealthSettings } from "../../config/health.ts";

type Probe = types.input.core.v1.Probe;

type Probes = Pick<types.input.core.v1.Container, "startupProbe" | "livenessProbe" | "readinessProbe">;

type Asked = Exclude<HealthSettings, { kind: "none" }>;

/** Seconds between two questions for readiness. */
const readinessPeriod = 2;

/**
 * Readiness is asked often: Traefik goes on sending a pod that is on its way out the visitors pinned to it until it is
 * unready, so an application should turn unready on SIGTERM and serve on for `unreadySeconds` and what the news takes.
 * While it starts nothing else is asked, so that a slow start is no reason for a restart.
 */
export function probes(health: HealthSettings): Probes {
  if (health.kind === "none") return {};
  const { live, ready } = questions(health);
  // A command starts a process, which takes more than the second that a probe has by default on a busy node.
  const patience = health.kind === "exec" ? { timeoutSeconds: 5 } : {};
  return {
    startupProbe: { ...live, ...patience, periodSeconds: 1, failureThreshold: health.startupSeconds },
    livenessProbe: { ...live, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: {
      ...ready,
      periodSeconds: readinessPeriod,
      timeoutSeconds: 3,
      failureThreshold: Math.ceil(health.unreadySeconds / readinessPeriod),
    },
  };
}

function questions(health: Asked): { live: Probe; ready: Probe } {
  switch (health.kind) {
    case "http": {
      const get = (path: string) => ({ httpGet: { path, port: health.port ?? "http" } });
      return { live: get(health.live), ready: get(health.ready) };
    }
    case "tcp": {
      const connect = { tcpSocket: { port: health.port ?? "http" } };
      return { live: connect, ready: connect };
    }
    case "exec":
      return { live: { exec: { command: health.live } }, ready: { exec: { command: health.ready } } };
  }
}

/** Holds back what starts after a sidecar until it answers. */
export function sidecarProbe({ port, ready }: { port?: number; ready?: string }): Probes {
  if (port === undefined || ready === undefined) return {};
  return { startupProbe: { httpGet: { path: ready, port }, periodSeconds: 1, failureThreshold: sidecarSeconds } };
}

/** Seconds that a sidecar may take to start before it is restarted. */
const sidecarSeconds = 120;
