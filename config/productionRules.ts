import { containersOf } from "./containerRules.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** What stack prod has to meet beside the other rules. */
export function productionRules(settings: Settings): Problem[] {
  return [...imagesArePinned(settings), ...requestsAreGiven(settings), ...visitorsComeByTls(settings)];
}

function imagesArePinned(settings: Settings): Problem[] {
  return Object.entries(images(settings))
    .filter(([, image]) => image !== undefined && isLatest(image))
    .map(([path]) => ({
      path: path.split("."),
      message: "must be pinned in prod: give a tag other than latest, or a digest",
    }));
}

function images({ app, store, storage }: Settings): Record<string, string | undefined> {
  return {
    ...Object.fromEntries(containersOf(app).map(({ path, image }) => [`${path.join(".")}.image`, image])),
    "store.image": store.kind === "redis" || store.kind === "memcached" ? store.image : undefined,
    "store.metrics.image": store.kind === "redis" ? store.metrics?.image : undefined,
    "storage.nfs.provisionerImage":
      storage.kind === "nfs" && storage.nfs.provisioner === "subdir" ? storage.nfs.provisionerImage : undefined,
  };
}

/** An image without tag means latest. A digest, which pins it, counts as a tag here. */
function isLatest(image: string): boolean {
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

function requestsAreGiven({ app }: Settings): Problem[] {
  return containersOf(app).flatMap(({ path, resources }) =>
    (["cpu", "memory"] as const)
      .filter((resource) => resources.requests[resource] === undefined)
      .map((resource) => ({ path: [...path, "resources", "requests", resource], message: "is required in prod" })),
  );
}

/** Who reads a session's cookie on its way has the session. A certificate that signs itself is a warning elsewhere. */
function visitorsComeByTls({ ingress }: Settings): Problem[] {
  if (ingress === null || ingress.tls !== null) return [];
  const message =
    "is required in prod: set {secretName} or {issuer}, or {elsewhere: true} where the Gateway or a load balancer in front ends TLS";
  return [{ path: ["ingress", "tls"], message }];
}
