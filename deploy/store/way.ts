import { fileURLToPath } from "node:url";
import { execa, ExecaError } from "execa";
import { appliedBy } from "../../components/namespace.ts";
import { connect, orUndefined } from "../cluster.ts";
import { waitForRollouts } from "../rollout.ts";
import { deployStack, renderFor, rolloutDeadline, type StackOptions } from "../stack.ts";
import type { Rotation } from "./rotation.ts";

/**
 * How a stack is deployed with other lists: by the way that owns its namespace. The engine reads them from the stack's
 * file, where they have been written already.
 */
export function deployerOf(options: StackOptions) {
  return async (lists: Rotation): Promise<void> => {
    const { stack, target, overrides } = options;
    if (!(await isEngines(options))) {
      await deployStack({ ...options, overrides: { ...overrides, rotation: lists } });
      return;
    }
    await pulumiUp(stack);
    const { objects } = await renderFor(options);
    await waitForRollouts(connect(target), objects, rolloutDeadline);
  };
}

async function isEngines(options: StackOptions): Promise<boolean> {
  const { outputs } = await renderFor(options);
  const { core } = connect(options.target);
  const namespace = await orUndefined(core.readNamespace({ name: outputs.namespace }));
  return namespace?.metadata?.annotations?.[appliedBy] === "pulumi";
}

/**
 * Runs the engine, which shows what it does.
 * @param environment variables beside those of the process
 * @throws Error when it fails, or when there is none.
 */
export async function pulumiUp(stack: string, environment: Record<string, string> = {}): Promise<void> {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  try {
    await execa("pulumi", ["up", "--yes", "--stack", stack], { cwd, env: environment, stdio: "inherit" });
  } catch (error) {
    throw new Error(reason(error, stack), { cause: error });
  }
}

function reason(error: unknown, stack: string): string {
  if (!(error instanceof ExecaError) || error.code !== "ENOENT") return `pulumi up of stack ${stack} failed`;
  return (
    `stack ${stack} belongs to the Pulumi engine, and there is no pulumi on the PATH: install it ` +
    "(https://www.pulumi.com/docs/install/), then run this again"
  );
}
