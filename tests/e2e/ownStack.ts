import type { Environment } from "../../cli/environment.ts";
import { inMemory } from "../../deploy/secrets.ts";
import { renderFor, type StackOptions } from "../../deploy/stack.ts";
import type { Overrides } from "../../render/stackFile.ts";

/** A stack beside the others, in namespace `session-stack-<name>`, with passwords and directories of its own. */
export async function ownStack(name: string, { options }: Environment, overrides: Overrides): Promise<StackOptions> {
  return {
    ...options,
    stack: name,
    like: options.like ?? options.stack,
    keeper: inMemory(),
    overrides: {
      ...options.overrides,
      "namespace.name": `session-stack-${name}`,
      ...((await bringsStorage(options))
        ? { "storage.className": `nfs-${name}`, "storage.nfs.directories": "unique" }
        : {}),
      ...overrides,
    },
  };
}

/** Whether the stack makes its StorageClass, whose provisioner knows directories, instead of using one of the cluster. */
export async function bringsStorage(options: StackOptions): Promise<boolean> {
  return (await renderFor(options)).objects.some(({ kind }) => kind === "StorageClass");
}

/** Without an Ingress: for what is about the store alone. */
export const unreachable: Overrides = { ingress: null, affinity: { kind: "none" }, "app.replicas": 1 };

/** With a memcached: for what is about the way to the application, and needs no volume. */
export const withoutVolumes = ({ memcached }: Environment): Overrides => ({
  ...memcached,
  // Nothing asks for it, so the class need not be there.
  storage: { kind: "existing", className: "none" },
});
