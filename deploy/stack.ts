import * as pulumi from "@pulumi/pulumi";
import type { PublicOutputs } from "../outputs.ts";
import { render, type Rendering } from "../render/program.ts";
import type { Overrides } from "../render/stackFile.ts";
import { withAddress } from "./address.ts";
import { apply, prune } from "./apply.ts";
import { certificateWarnings } from "./certificates.ts";
import { connect, type Cluster, type Target } from "./cluster.ts";
import { destroy } from "./destroy.ts";
import { waitForRollouts } from "./rollout.ts";
import type { SecretKeeper } from "./secrets.ts";

/** Seconds for all pods to be ready; reading a large store takes minutes. */
export const rolloutDeadline = 300;

/** A stack that was deployed from its rendered manifests. */
export interface DeployedStack {
  cluster: Cluster;
  outputs: PublicOutputs;
}

export interface StackOptions {
  /** Name of the stack, which is the owner of what is deployed. */
  stack: string;
  /** Stack whose file Pulumi.<like>.yaml is read; default: its own. */
  like?: string;
  target: Target;
  /** Values in place of the file's, for what only the caller knows: images, the NFS server. */
  overrides?: Overrides;
  keeper: SecretKeeper;
}

/** Renders, applies and waits until everything runs. */
export async function deployStack(options: StackOptions): Promise<DeployedStack> {
  const { target, keeper } = options;
  const { objects, outputs } = await renderFor(options);
  const cluster = connect(target);
  for (const line of await certificateWarnings(cluster, objects)) void pulumi.log.warn(line);
  await apply(cluster, objects, keeper);
  await waitForRollouts(cluster, objects, rolloutDeadline);
  await prune(cluster, objects);
  return { cluster, outputs: await withAddress(cluster, objects, outputs) };
}

/** Removes a stack; the directories of its claims stay on the NFS server. */
export async function destroyStack(options: Omit<StackOptions, "keeper">): Promise<void> {
  const { objects } = await renderFor(options);
  await destroy(connect(options.target), objects);
}

/** The stack's objects for the cluster that the command names, whatever context its file has. */
export function renderFor({ stack, like, target, overrides }: Omit<StackOptions, "keeper">): Promise<Rendering> {
  return render(stack, { ...overrides, kubeContext: target.context }, like);
}
