import { localEnvironment, type Environment } from "../cli/environment.ts";
import { connect, down, up } from "../local/node.ts";

/** Measures on the local node, which is brought up if it is not, and then taken down again, be it after a failure. */
export async function onLocalNode<T>(measure: (environment: Environment) => Promise<T>): Promise<T> {
  const wasUp = connect() !== undefined;
  const local = await up();
  try {
    return await measure(localEnvironment(local));
  } finally {
    if (!wasUp) await down();
  }
}
