import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { GeneratedPasswords } from "../../deploy/generated.ts";
import { renderFor, type StackOptions } from "../../deploy/stack.ts";
import { connect } from "../../local/node.ts";
import type { KubernetesObject } from "../../render/objects.ts";

/** kubectl of the local node, called with the node's kubeconfig; what it printed. */
export async function kubectl(...args: string[]): Promise<string> {
  const local = connect();
  if (local === undefined) throw new Error('no node runs: start it with "npm start"');
  return (await execa(local.kubectl, [`--kubeconfig=${local.kubeconfig}`, ...args])).stdout;
}

/** A stack whose rendered manifests are applied by kubectl and nothing else, as a pipeline does that has no more. */
export class BareStack {
  readonly #folder: string;
  /** The passwords that placeholders stand for: they stay the same, or every update would change them, too. */
  readonly #passwords = new GeneratedPasswords();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<BareStack> {
    return new BareStack(await mkdtemp(join(tmpdir(), "session-stack-bench-")));
  }

  /** Writes a stack's manifests into a file, which only its owner can read: it holds the Secrets. */
  async write(options: StackOptions): Promise<string> {
    const { objects } = await renderFor(options);
    const file = join(this.#folder, `${options.stack}.json`);
    const items = objects.map((object) => this.#filledIn(object));
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }), { mode: 0o600 });
    return file;
  }

  /** `kubectl apply`, and `kubectl rollout status` of what has to be up then. */
  async apply(file: string, namespace: string, workloads: string[]): Promise<void> {
    await kubectl("apply", "--filename", file);
    for (const workload of workloads) {
      await kubectl("--namespace", namespace, "rollout", "status", workload, "--timeout=300s");
    }
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  #filledIn(object: KubernetesObject): KubernetesObject {
    const { stringData } = object;
    return stringData === undefined ? object : { ...object, stringData: this.#passwords.fillIn(stringData) };
  }
}
