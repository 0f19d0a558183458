import type { Command } from "commander";
import type { ContextOptions } from "./environment.ts";

/** What the command line says of a cluster that exists; without `context` the local node is meant. */
export type MaybeContext = Omit<ContextOptions, "context"> & { context?: string };

/** Adds the options that name a cluster of the user's. */
export function withContextOptions(command: Command): Command {
  return command
    .option("--context <name>", "context of your kubeconfig, instead of a local node")
    .option("--stack <name>", "stack that is meant there", "dev")
    .option("--ingress <host:port>", "address of that cluster's ingress controller, where the Ingress never shows one");
}

/** The cluster that was named, if one was. */
export function namedCluster({ context, ...rest }: MaybeContext): ContextOptions | undefined {
  return context === undefined ? undefined : { ...rest, context };
}

/** Ends the program with one message, not with a stack trace. */
export function fail(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
