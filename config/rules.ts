import { maxmemoryBytes, parseBytes } from "./quantity.ts";
import type { Settings } from "./schema.ts";

/** One thing wrong with the configuration: where, and a message that completes "<path> <message>". */
export interface Problem {
  path: PropertyKey[];
  message: string;
}

/** What the rules must know beside the configuration itself. */
export interface Surroundings {
  stack: string;
  isSecret: (key: string) => boolean;
}

/** The rules that relate several keys. Each returns its problem, or undefined. */
export function crossChecks(settings: Settings, { stack, isSecret }: Surroundings): Problem[] {
  return [
    kubeContextGiven(settings, stack),
    secretIsSecret(settings, isSecret),
    oneSessionSecret(settings),
    storeHasRoom(settings),
    sessionVariableIsOurs(settings),
    affinityHasIngress(settings),
    clientIpWithoutIngress(settings),
    affinityCookieIsNotTheSession(settings),
    affinityEndsWithTheSession(settings),
    ...hostsAreUnique(settings),
    ...(stack === "prod" ? productionRules(settings) : []),
  ].filter((problem) => problem !== undefined);
}

function kubeContextGiven({ kubeContext }: Settings, stack: string): Problem | undefined {
  if (kubeContext !== undefined || stack === "local") return undefined;
  return {
    path: ["kubeContext"],
    message: "is required in every stack but local: nothing is applied to whatever context is current",
  };
}

function secretIsSecret({ sessionSecret }: Settings, isSecret: Surroundings["isSecret"]): Problem | undefined {
  if (sessionSecret === undefined || isSecret("sessionSecret")) return undefined;
  return { path: ["sessionSecret"], message: "is stored in plain text; set it again with pulumi config set --secret" };
}

function oneSessionSecret({ sessionSecret, sessionSecretRef }: Settings): Problem | undefined {
  if (sessionSecret === undefined || sessionSecretRef === undefined) return undefined;
  return { path: ["sessionSecretRef"], message: "and sessionSecret exclude each other; remove one" };
}

/** An AOF rewrite writes the whole data set anew beside the old files, while the old increment still grows. */
function storeHasRoom({ store }: Settings): Problem | undefined {
  const needed = 3 * maxmemoryBytes(store.memory);
  if ((parseBytes(store.size) ?? 0) >= needed) return undefined;
  const minimum = `${Math.ceil(needed / 2 ** 20)}Mi`;
  return {
    path: ["store", "size"],
    message: `must be at least ${minimum}: three times maxmemory, which is 60 % of memory ${store.memory} (an AOF rewrite needs room)`,
  };
}

function sessionVariableIsOurs({ app }: Settings): Problem | undefined {
  const taken = [app.sessionEnv, "SESSION_SECRET", "POD_NAME"].find((name) => name in app.env);
  return taken === undefined
    ? undefined
    : { path: ["app", "env", taken], message: "is set by session-stack; remove it" };
}

function affinityHasIngress({ affinity, ingress }: Settings): Problem | undefined {
  if (affinity.kind !== "cookie" || ingress !== null) return undefined;
  return {
    path: ["affinity", "kind"],
    message: "cookie needs an ingress, which sets the cookie; use clientIP or none",
  };
}

/** An ingress controller connects to the pods, not to the Service: the Service's affinity never sees its traffic. */
function clientIpWithoutIngress({ affinity, ingress }: Settings): Problem | undefined {
  if (affinity.kind !== "clientIP" || ingress === null) return undefined;
  return {
    path: ["affinity", "kind"],
    message:
      "clientIP does nothing behind an ingress, which connects to the pods themselves; use cookie, or ingress null",
  };
}

function affinityCookieIsNotTheSession({ affinity, app }: Settings): Problem | undefined {
  if (affinity.kind !== "cookie" || affinity.name !== app.session.cookie) return undefined;
  return {
    path: ["affinity", "name"],
    message: "must differ from the application's session cookie, app.session.cookie",
  };
}

function affinityEndsWithTheSession({ affinity, app }: Settings): Problem | undefined {
  if (affinity.kind !== "cookie" || affinity.maxAgeSeconds === undefined || app.session.ttlSeconds === undefined)
    return undefined;
  if (affinity.maxAgeSeconds <= app.session.ttlSeconds) return undefined;
  return {
    path: ["affinity", "maxAgeSeconds"],
    message: `must be at most the session's lifetime, app.session.ttlSeconds (${app.session.ttlSeconds})`,
  };
}

function hostsAreUnique({ ingress }: Settings): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const [index, { host, paths }] of (ingress?.hosts ?? []).entries()) {
    for (const path of paths) {
      if (seen.has(host + path))
        problems.push({ path: ["ingress", "hosts", index], message: `repeats ${host}${path}` });
      seen.add(host + path);
    }
  }
  return problems;
}

function productionRules({ app, store }: Settings): Problem[] {
  const problems: Problem[] = [];
  const images = { app: app.image, store: store.image };
  for (const [section, image] of Object.entries(images)) {
    if (image !== undefined && isLatest(image)) {
      problems.push({
        path: [section, "image"],
        message: "must be pinned in prod: give a tag other than latest, or a digest",
      });
    }
  }
  for (const resource of ["cpu", "memory"] as const) {
    if (app.resources.requests[resource] === undefined) {
      problems.push({ path: ["app", "resources", "requests", resource], message: "is required in prod" });
    }
  }
  return problems;
}

/** An image without tag means latest, unless a digest pins it. */
function isLatest(image: string): boolean {
  if (image.includes("@sha256:")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}
