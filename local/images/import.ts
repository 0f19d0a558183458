import type { BuiltImage } from "./catalog.ts";
import type { LocalNode } from "../localNode.ts";

/** Imports what is missing; a reference holds the hash of the content, so an equal one is the same image. */
export async function importImages(node: LocalNode, wanted: BuiltImage[]): Promise<void> {
  const ctr = ["ctr", "--address", node.paths.containerdSocket, "--namespace", "k8s.io", "images"];
  const present = new Set((await node.run([...ctr, "list", "--quiet"])).split("\n"));
  for (const { reference, archive } of wanted) {
    if (!present.has(reference)) await node.run([...ctr, "import", archive]);
  }
}
