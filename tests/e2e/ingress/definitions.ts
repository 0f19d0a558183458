import type { KubernetesObject } from "@kubernetes/client-node";
import { execa } from "execa";
import { eventually } from "../../../deploy/eventually.ts";
import { connect } from "../../../local/node.ts";

/**
 * Gives the local node definitions of kinds, by kubectl: the client library drops the fields of a schema whose names begin
 * with "x-kubernetes-". Waits until they are served.
 */
export async function install(definitions: KubernetesObject[]): Promise<void> {
  await kubectl(["apply", "--server-side", "-f", "-"], definitions);
  await kubectl(["wait", "--for=condition=Established", "--timeout=30s", "-f", "-"], definitions);
  for (const { metadata } of definitions) {
    // The API server asks to come back later for a second or so (429), and does not know the kind before that.
    await eventually(`objects of ${metadata?.name} to be listed`, 30, async () => {
      await kubectl(["get", metadata?.name ?? ""]);
      return true;
    });
  }
}

/** Takes them away, and every object of their kinds. */
export async function remove(definitions: KubernetesObject[]): Promise<void> {
  await kubectl(["delete", "--ignore-not-found", "--timeout=60s", "-f", "-"], definitions);
}

async function kubectl(args: string[], items: KubernetesObject[] = []): Promise<void> {
  const local = connect();
  if (local === undefined) throw new Error("no local node runs");
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await execa(local.kubectl, [`--kubeconfig=${local.kubeconfig}`, `--context=${local.context}`, ...args], { input });
}
