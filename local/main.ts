import { spawnSync } from "node:child_process";
import { Command } from "commander";
import { connect, down, status, up } from "./node.ts";

const program = new Command("local").description("A one-node Kubernetes on this machine").enablePositionalOptions();

program
  .command("up")
  .description("build what is missing and start the node")
  .action(async () => {
    const cluster = await up().catch(() => undefined);
    if (!cluster) {
      // The failed task has said why.
      process.exitCode = 1;
      return;
    }
    console.log(`Kubernetes: ${cluster.kubeconfig}, context ${cluster.context}`);
    const { host, port, tlsPort } = cluster.ingress;
    console.log(`Ingress:    http://${host}:${port}, https://${host}:${tlsPort}`);
  });

program
  .command("down")
  .description("stop the node; stored data and secrets stay")
  .option("--purge", "remove stored data and secrets too")
  .action(async (options: { purge?: boolean }) => {
    const { health } = await down(options);
    console.log(health === "absent" ? "no node was running" : "the node is down");
  });

program
  .command("status")
  .description("say what runs")
  .action(() => {
    const { health, state, processes } = status();
    console.log(health === "absent" ? "no node" : `${health}, of ${state?.owner ?? "?"} since ${state?.since ?? "?"}`);
    if (health !== "absent") {
      for (const { name, pid, alive } of processes) console.log(`  ${alive ? "up  " : "down"}  ${name}  ${pid ?? ""}`);
    }
    process.exitCode = health === "running" ? 0 : 1;
  });

program
  .command("kubectl [args...]")
  .description("run kubectl of the node")
  .helpOption(false)
  .passThroughOptions()
  .allowUnknownOption()
  .action((args: string[]) => {
    const cluster = connect();
    if (!cluster) throw new Error("no node runs: start it with `npm start`");
    const { status } = spawnSync(cluster.kubectl, [`--kubeconfig=${cluster.kubeconfig}`, ...args], {
      stdio: "inherit",
    });
    process.exitCode = status ?? 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
