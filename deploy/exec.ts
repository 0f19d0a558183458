import { Writable } from "node:stream";
import { Exec, type V1Status } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";

/**
 * Runs a command in a pod's first container and returns what it printed.
 * @throws Error with what it printed to its error output when it fails.
 */
export async function exec(cluster: Cluster, namespace: string, pod: string, command: string[]): Promise<string> {
  const { spec } = await cluster.core.readNamespacedPod({ namespace, name: pod });
  const container = spec?.containers[0]?.name ?? "";
  const stdout = collector();
  const stderr = collector();
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(cluster.config)
      .exec(namespace, pod, container, command, stdout.stream, stderr.stream, null, false, resolve)
      .then((socket) => socket.on("error", reject).on("close", () => reject(new Error(`connection to ${pod} closed`))))
      .catch(reject);
  });
  if (status.status === "Success") return stdout.text();
  throw new Error(`${command[0]} in ${pod} failed: ${stderr.text().trim() || stdout.text().trim() || status.message}`);
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
