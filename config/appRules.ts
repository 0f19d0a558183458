import { containerRules } from "./containerRules.ts";
import { mountRules } from "./mountRules.ts";
import type { Problem } from "./rules.ts";
import { scaleRules } from "./scaleRules.ts";
import type { Settings } from "./schema.ts";

/** The rules that relate the keys of the application to each other, apart from its variables. */
export function appRules(settings: Settings): Problem[] {
  const { app } = settings;
  return [
    ...scaleRules(app),
    ...containerRules(app),
    ...mountRules(settings),
    graceHoldsTheDrain(app),
    rootIsAllowed(app),
  ].filter((problem) => problem !== undefined);
}

/** The kubelet counts the pause before SIGTERM as a part of the grace, and the application needs some of it. */
function graceHoldsTheDrain({ graceSeconds, drainSeconds }: Settings["app"]): Problem | undefined {
  if (graceSeconds === undefined || graceSeconds > drainSeconds) return undefined;
  return {
    path: ["app", "graceSeconds"],
    message: `must be greater than app.drainSeconds (${drainSeconds}), which is a part of it`,
  };
}

function rootIsAllowed({ runAsUser, podSecurity }: Settings["app"]): Problem | undefined {
  if (runAsUser !== 0 || podSecurity === "baseline") return undefined;
  return { path: ["app", "runAsUser"], message: "must not be 0, which is root, unless app.podSecurity is baseline" };
}
