import { Command } from "commander";
import { destroyStack } from "../deploy/stack.ts";
import { fail, namedCluster, withContextOptions, type MaybeContext } from "./contextOptions.ts";
import { contextEnvironment, type ContextOptions } from "./environment.ts";

/** `npm run stop`: takes down what `npm start` brought up. */
await withContextOptions(new Command("stop"))
  .description("takes down the local node, or the stack on a cluster of yours; sessions on an NFS export stay there")
  .option("--purge", "local node: remove the sessions and their signing keys, too")
  .action(stop)
  .parseAsync()
  .catch(fail);

async function stop({ purge, ...options }: MaybeContext & { purge?: boolean }): Promise<void> {
  const cluster = namedCluster(options);
  if (cluster === undefined) return stopNode(purge);
  if (purge) throw new Error("--purge is for the local node: the directories of a cluster's export are its owner's");
  return stopStack(cluster);
}

async function stopNode(purge = false): Promise<void> {
  const { down } = await import("../local/node.ts");
  const { health } = await down({ purge });
  console.log(health === "absent" ? "no node was running" : "the node is down");
}

async function stopStack(cluster: ContextOptions): Promise<void> {
  await destroyStack(contextEnvironment(cluster).options);
  console.log(`stack ${cluster.stack} is gone from ${cluster.context}; what its volumes' class keeps is still there`);
}
