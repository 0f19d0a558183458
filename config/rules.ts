import { namespaceLength, namespaceName } from "./fields.ts";
import { maxmemoryBytes, parseBytes, parseCores } from "./quantity.ts";
import type { Settings } from "./schema.ts";

/** One thing wrong with the configuration: where, and a message that completes "<path> <message>". */
export interface Problem {
  /** Empty: the message is a sentence of its own. */
  path: PropertyKey[];
  message: string;
}

/** What the rules must know beside the configuration itself. */
export interface Surroundings {
  stack: string;
  /** `<project>-<stack>`. */
  instance: string;
  /** Whether a top-level key, or a part of its value, is encrypted in the stack's file. */
  isSecret: (key: string) => boolean;
}

/** The rules that relate several keys. Each returns its problem, or undefined. */
export function crossChecks(settings: Settings, { stack, instance, isSecret }: Surroundings): Problem[] {
  return [
    kubeContextGiven(settings, stack),
    instanceIsLabel(instance),
    ...onlyKeysAreSecret(settings, isSecret),
    secretIsSecret(settings, isSecret),
    oneSessionSecret(settings),
    storeHasRoom(settings),
    sessionVariableIsItsOwn(settings),
    ...variablesAreFree(settings),
    ...requestsWithinLimits(settings),
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

/** Namespaces, the provisioner, its volume and its roles are named after the instance. */
function instanceIsLabel(instance: string): Problem | undefined {
  if (namespaceName().safeParse(instance).success) return undefined;
  return {
    path: [],
    message: `the stack needs another name: ${instance}, which names objects in the cluster, must be a DNS label of at most ${namespaceLength} characters`,
  };
}

/** Everything else ends up in plain objects of the cluster and in the stack's state, where it would no longer be secret. */
function onlyKeysAreSecret(settings: Settings, isSecret: Surroundings["isSecret"]): Problem[] {
  return Object.keys(settings)
    .filter((key) => key !== "sessionSecret" && isSecret(key))
    .map((key) => ({
      path: [key],
      message: "holds an encrypted value, which the cluster would show to its readers; set it without --secret",
    }));
}

function secretIsSecret({ sessionSecret }: Settings, isSecret: Surroundings["isSecret"]): Problem | undefined {
  if (sessionSecret === undefined || isSecret("sessionSecret")) return undefined;
  return {
    path: ["sessionSecret"],
    message: "is stored in plain text; set it again with: pulumi config set --secret sessionSecret",
  };
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

/** Variables of the application's container that are set here, beside the one for the store's URL. */
const ownVariables = ["SESSION_SECRET", "POD_NAME"];

function sessionVariableIsItsOwn({ app }: Settings): Problem | undefined {
  if (!ownVariables.includes(app.sessionEnv)) return undefined;
  return {
    path: ["app", "sessionEnv"],
    message: `must not be ${ownVariables.join(" or ")}, which hold something else`,
  };
}

function variablesAreFree({ app }: Settings): Problem[] {
  const taken = new Set([app.sessionEnv, ...ownVariables]);
  return Object.keys(app.env)
    .filter((name) => taken.has(name))
    .map((name) => ({ path: ["app", "env", name], message: "is set by session-stack; remove it" }));
}

/** Kubernetes would refuse every pod, which only the ReplicaSet's events tell. */
function requestsWithinLimits({ app: { resources } }: Settings): Problem[] {
  const { requests, limits } = resources;
  const tooMuch = {
    cpu: exceeds(requests.cpu, limits.cpu, parseCores),
    memory: exceeds(requests.memory, limits.memory, parseBytes),
  };
  return (["cpu", "memory"] as const)
    .filter((resource) => tooMuch[resource])
    .map((resource) => ({
      path: ["app", "resources", "requests", resource],
      message: `must be at most the limit, app.resources.limits.${resource} (${limits[resource]})`,
    }));
}

function exceeds(request = "0", limit: string | undefined, parse: (quantity: string) => number | undefined): boolean {
  return limit !== undefined && (parse(request) ?? 0) > (parse(limit) ?? 0);
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

function productionRules({ app, store, storage }: Settings): Problem[] {
  const problems: Problem[] = [];
  const images = {
    "app.image": app.image,
    "store.image": store.image,
    "storage.nfs.provisionerImage": storage.kind === "nfs" ? storage.nfs.provisionerImage : undefined,
  };
  for (const [path, image] of Object.entries(images)) {
    if (image !== undefined && isLatest(image)) {
      problems.push({
        path: path.split("."),
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

/** An image without tag means latest. A digest, which pins it, counts as a tag here. */
function isLatest(image: string): boolean {
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}
