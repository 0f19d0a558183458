import { connect } from "../deploy/cluster.ts";
import { preview } from "../deploy/preview.ts";
import { changesIn, previewReport } from "../deploy/previewReport.ts";
import { renderFor, type StackOptions } from "../deploy/stack.ts";
import { projectName, readStackFile } from "../render/stackFile.ts";
import { findEnvironment } from "./runningEnvironment.ts";

/** What a preview came to. */
export interface PreviewOutcome {
  /** Whether the API server would refuse an object. */
  refused: boolean;
  /** How many objects are not as they should be. */
  changes: number;
}

/**
 * Prints what applying a stack's rendered manifests would change.
 * @param context of the kubeconfig; default: the stack's kubeContext, for stack local the node that runs
 */
export async function previewManifests(stack: string, context: string | undefined): Promise<PreviewOutcome> {
  const options = await optionsOf(stack, context);
  console.log(`stack ${stack} on context ${options.target.context}, by a dry run of its rendered manifests:`);
  const { objects } = await renderFor(options);
  const previews = await preview(connect(options.target), objects);
  for (const line of previewReport(previews)) console.log(line);
  return { refused: previews.some(({ verdict }) => verdict === "refused"), changes: changesIn(previews) };
}

async function optionsOf(stack: string, context: string | undefined): Promise<Omit<StackOptions, "keeper">> {
  const named = context ?? readStackFile(stack).values[`${projectName()}:kubeContext`];
  if (named === undefined && stack === "local") return (await findEnvironment({ stack })).options;
  if (named === undefined)
    throw new Error(`session-stack:kubeContext is missing in Pulumi.${stack}.yaml: set it, or give --context`);
  return { stack, target: { context: named } };
}
