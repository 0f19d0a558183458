import { appContainer } from "../components/app/containers.ts";
import type { AppSettings } from "./app.ts";
import type { ContainerSettings, SidecarSettings } from "./containers.ts";
import { parseBytes, parseCores } from "./quantity.ts";
import type { Problem } from "./rules.ts";

/** One container of the application's pods. */
interface Container extends Pick<ContainerSettings, "name" | "image" | "env" | "secretEnv" | "resources"> {
  /** Where its keys are. */
  path: (string | number)[];
}

/** The application's own container, called app, and all beside it. */
export function containersOf(app: AppSettings): Container[] {
  return [
    { ...app, name: appContainer, path: ["app"] },
    ...app.initContainers.map((one, index) => ({
      ...one,
      path: ["app", "initContainers", index],
    })),
    ...app.sidecars.map((one, index) => ({ ...one, path: ["app", "sidecars", index] })),
  ];
}

/** The rules about containers beside each other. */
export function containerRules(app: AppSettings): Problem[] {
  const containers = containersOf(app);
  return [
    ...namesDiffer(containers),
    ...portsDiffer(app),
    ...app.sidecars.flatMap(readyHasAPort),
    ...containers.flatMap(requestsWithinLimits),
  ];
}

function namesDiffer(containers: Container[]): Problem[] {
  return containers
    .filter(({ name }, index) => containers.slice(0, index).some((former) => former.name === name))
    .map(({ path }) => ({
      path: [...path, "name"],
      message: "must differ from the names of the other containers, of which app is one",
    }));
}

function portsDiffer({ port: own, sidecars }: AppSettings): Problem[] {
  const ports = [own, ...sidecars.map(({ port }) => port)];
  return sidecars.flatMap(({ port }, index) =>
    port === undefined || !ports.slice(0, index + 1).includes(port)
      ? []
      : {
          path: ["app", "sidecars", index, "port"],
          message: "must differ from app.port and the ports of other sidecars: a pod's containers share its address",
        },
  );
}

function readyHasAPort({ ready, port }: SidecarSettings, index: number): Problem[] {
  if (ready === undefined || port !== undefined) return [];
  return [{ path: ["app", "sidecars", index, "port"], message: "is required with ready, which is asked there" }];
}

/** Kubernetes would refuse every pod, which only the ReplicaSet's events tell. */
function requestsWithinLimits({ path, resources: { requests, limits } }: Container): Problem[] {
  const tooMuch = {
    cpu: exceeds(requests.cpu, limits.cpu, parseCores),
    memory: exceeds(requests.memory, limits.memory, parseBytes),
  };
  return (["cpu", "memory"] as const)
    .filter((resource) => tooMuch[resource])
    .map((resource) => ({
      path: [...path, "resources", "requests", resource],
      message: `must be at most the limit, ${path.join(".")}.resources.limits.${resource} (${limits[resource]})`,
    }));
}

function exceeds(request = "0", limit: string | undefined, parse: (quantity: string) => number | undefined): boolean {
  return limit !== undefined && (parse(request) ?? 0) > (parse(limit) ?? 0);
}
