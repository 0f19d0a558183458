import type { HostSettings, IngressSettings, PathSettings } from "../../config/exposure.ts";

/** Every path there is. */
export const everyPath: PathSettings = { path: "/", pathType: "Prefix" };

/**
 * Every host once, with all of its paths: F5's controller refuses an Ingress that names a host twice. Where the
 * application answers for everything else, each host has everyPath, too, unless it is another Service's: most
 * controllers look for other paths of a host that they know nowhere else.
 */
export function hostsWithPaths({ hosts, defaultBackend }: Pick<IngressSettings, "hosts" | "defaultBackend">) {
  const names = [...new Set(hosts.map(({ host }) => host))];
  return names.map((host): HostSettings => {
    const paths = hosts.filter((other) => other.host === host).flatMap((other) => other.paths);
    const isWhole = paths.some(({ path, pathType }) => path === everyPath.path && pathType === everyPath.pathType);
    return { host, paths: defaultBackend && !isWhole ? [...paths, everyPath] : paths };
  });
}
