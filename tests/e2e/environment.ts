import { contextEnvironment, localEnvironment, type Environment } from "../../cli/environment.ts";
import { suite } from "./options.ts";

/** The cluster that the command line asks for: one that exists, or the local node, started again if need be. */
export async function openEnvironment(): Promise<Environment> {
  if (suite.cluster !== undefined) return contextEnvironment(suite.cluster);
  const { up } = await import("../../local/node.ts");
  return localEnvironment(await up({ quiet: true }));
}
