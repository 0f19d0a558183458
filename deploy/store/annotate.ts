import { PatchStrategy } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../render/objects.ts";
import type { Cluster } from "../cluster.ts";

/** Field manager of what a rotation notes: apart from whoever deploys, who therefore leaves it alone. */
const fieldManager = "session-stack-rotation";

/** Adds the given annotations to an object that exists. */
export async function annotate({ objects }: Cluster, object: KubernetesObject): Promise<void> {
  await objects.patch(object, undefined, undefined, fieldManager, undefined, PatchStrategy.MergePatch);
}
