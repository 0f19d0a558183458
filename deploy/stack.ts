import type { PublicOutputs } from "../outputs.ts";
import { render } from "../render/program.ts";
import type { Overrides } from "../render/stackFile.ts";
import { apply, prune } from "./apply.ts";
import { connect, type Cluster, type Target } from "./cluster.ts";
import { destroy } from "./destroy.ts";
import { waitForRollouts } from "./rollout.ts";
import type { SecretKeeper } from "./secrets.ts";

/** Seconds for all pods to be ready; reading a large store takes minutes. */
const rolloutDeadline = 300;

/** A stack that was deployed from its rendered manifests. */
export interface DeployedStack {
  cluster: Cluster;
  outputs: PublicOutputs;
}

export interface StackOptions {
  /** Stack with a file Pulumi.<stack>.yaml. */
  stack: string;
  target: Target;
  /** Values in place of the file's, for what only the caller knows: images, the NFS server. */
  overrides?: Overrides;
  keeper: SecretKeeper;
}

/** Renders, applies and waits until everything runs. */
export async function deployStack({ stack, target, overrides, keeper }: StackOptions): Promise<DeployedStack> {
  const { objects, outputs } = await render(stack, { ...overrides, kubeContext: target.context });
  const cluster = connect(target);
  await apply(cluster, objects, keeper);
  await waitForRollouts(cluster, objects, rolloutDeadline);
  await prune(cluster, objects);
  return { cluster, outputs };
}

/** Removes a stack; the directories of its claims stay on the NFS server. */
export async function destroyStack({ stack, target, overrides }: Omit<StackOptions, "keeper">): Promise<void> {
  const { objects } = await render(stack, { ...overrides, kubeContext: target.context });
  await destroy(connect(target), objects);
}
