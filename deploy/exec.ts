import { PassThrough, Writable, type Readable } from "node:stream";
import { Exec, type V1Status } from "@kubernetes/client-node";
import type { Cluster } from "./cluster.ts";

/** Bytes of input that may wait for the network, so that sending a large file does not take as much memory. */
const inputBuffer = 2 ** 22;

/**
 * Runs a command in a pod's first container and returns what it printed.
 * @param input what the command can read from its standard input, which does not end: API servers before 1.30 cannot
 *   tell a command that it ended
 * @throws Error with what it printed to its error output when it fails.
 */
export async function exec(
  cluster: Cluster,
  namespace: string,
  pod: string,
  command: string[],
  input?: string,
): Promise<string> {
  const stdout = collector();
  const stdin = input === undefined ? undefined : new PassThrough();
  stdin?.write(input);
  await run(cluster, { namespace, pod, command }, stdout, stdin);
  return stdout.text();
}

/**
 * Runs a command in a pod's first container and writes what it prints to `output`, which is ended.
 * @throws Error with what it printed to its error output when it fails.
 */
export async function execInto(
  cluster: Cluster,
  namespace: string,
  pod: string,
  command: string[],
  output: Writable,
): Promise<void> {
  await run(cluster, { namespace, pod, command }, { stream: output, text: () => "" });
}

/**
 * Runs a command in a pod's first container that reads `input`. The command has to know by itself when it has read all.
 * @throws Error with what it printed to its error output when it fails.
 */
export async function execFrom(
  cluster: Cluster,
  namespace: string,
  pod: string,
  command: string[],
  input: Readable,
): Promise<string> {
  const stdout = collector();
  await run(cluster, { namespace, pod, command }, stdout, input);
  return stdout.text();
}

interface Output {
  stream: Writable;
  text: () => string;
}

async function run(
  cluster: Cluster,
  { namespace, pod, command }: { namespace: string; pod: string; command: string[] },
  stdout: Output,
  input?: Readable,
): Promise<void> {
  const { spec } = await cluster.core.readNamespacedPod({ namespace, name: pod });
  const container = spec?.containers[0]?.name ?? "";
  const stderr = collector();
  // Held back until the connection takes it: the client's own would read all of it into memory.
  const stdin = input === undefined ? null : new PassThrough();
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(cluster.config)
      .exec(namespace, pod, container, command, stdout.stream, stderr.stream, stdin, false, resolve)
      .then((socket) => {
        socket.on("error", reject).on("close", () => reject(new Error(`connection to ${pod} closed`)));
        if (input !== undefined && stdin !== null) feed(input, stdin, () => socket.bufferedAmount).catch(reject);
      })
      .catch(reject);
  });
  if (status.status === "Success") return;
  throw new Error(`${command[0]} in ${pod} failed: ${stderr.text().trim() || stdout.text().trim() || status.message}`);
}

async function feed(input: Readable, stdin: PassThrough, waiting: () => number): Promise<void> {
  for await (const chunk of input) {
    while (waiting() > inputBuffer) await new Promise((resolve) => setTimeout(resolve, 10));
    stdin.write(chunk);
  }
}

function collector(): Output {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}
