import { made, wantedClasses, type Stack } from "./stack.ts";
import type { V1StorageClass } from "@kubernetes/client-node";

/** Provisioner of csi-driver-nfs, which is the name of its CSIDriver, too. */
export const nfsCsi = "nfs.csi.k8s.io";

/** Names of the provisioners that make volumes for the stack's claims. */
export function provisionersOf(stack: Stack, classes: V1StorageClass[]): string[] {
  const own = new Map(made(stack, "StorageClass").map(({ metadata, provisioner }) => [metadata.name, provisioner]));
  const there = new Map(classes.map(({ metadata, provisioner }) => [metadata?.name, provisioner]));
  const names = wantedClasses(stack).map((name) => own.get(name) ?? there.get(name));
  return [...new Set(names)].filter((name) => typeof name === "string");
}
