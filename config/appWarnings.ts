import { firstReplicas } from "../components/app/rollout.ts";
import type { AppSettings } from "./app.ts";

/** What the application's settings give up: one sentence each. */
export function appWarnings(app: AppSettings, stack: string): string[] {
  const isProduction = stack === "prod";
  return [
    ...(isProduction ? alone(app) : []),
    ...allAtOnce(app),
    ...(app.health.kind === "none" ? [unasked] : []),
    ...(isProduction && app.podSecurity === "baseline" ? [baseline] : []),
  ];
}

function alone(app: AppSettings): string[] {
  if (firstReplicas(app) > 1) return [];
  const key = app.autoscale === null ? "replicas" : "autoscale.min";
  return [`app.${key} 1 in prod: nobody is served while the only pod moves to another node. Use 2 or more.`];
}

/** A share of the pods is rounded down. */
function allAtOnce(app: AppSettings): string[] {
  const { maxUnavailable } = app.rollout;
  if (maxUnavailable === undefined) return [];
  const pods = firstReplicas(app);
  const gone =
    typeof maxUnavailable === "number" ? maxUnavailable : Math.floor((Number.parseInt(maxUnavailable) / 100) * pods);
  if (gone < pods) return [];
  return [
    `app.rollout.maxUnavailable ${maxUnavailable} of ${pods}: a rollout may take every pod away at once, and then nobody is served.`,
  ];
}

const unasked =
  "app.health.kind none: pods get requests before they can serve, so every rollout loses some, and a pod that hangs is not restarted. Use http, tcp or exec.";
const baseline =
  "app.podSecurity baseline in prod: the application may run as root. Use restricted where its image can do without.";
