import { namedCluster, type MaybeContext } from "./contextOptions.ts";
import { contextEnvironment, localEnvironment, type Environment } from "./environment.ts";

/**
 * The cluster that the command line names, or the local node where none is named.
 * @throws Error when no node runs.
 */
export async function findEnvironment(options: MaybeContext): Promise<Environment> {
  const cluster = namedCluster(options);
  if (cluster !== undefined) return contextEnvironment(cluster);
  // Loaded only when it is wanted: a cluster that exists needs nothing of it.
  const local = (await import("../local/node.ts")).connect();
  if (local === undefined) throw new Error("no node runs: start it with `npm start`, or name a cluster with --context");
  return localEnvironment(local);
}
