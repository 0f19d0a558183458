import { readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "./settings.ts";

/** File that says that a folder is a node's: nothing is ever removed from another one. */
export const marker = ".session-stack";

/** What survives a stop: exported directories and secrets, so that the next start finds its sessions. */
export const survivors = ["nfs", "keep"];

/** Says why a folder can't be a node's; undefined if it can: it is one already, is empty or missing. */
export async function folderProblem({ directory }: Pick<Settings, "directory">): Promise<string | undefined> {
  const entries = await readdir(directory).catch((): string[] => []);
  if (entries.length === 0 || entries.includes(marker)) return undefined;
  return `${directory} holds other things than a node's: set SESSION_STACK_DIR to an empty or new folder`;
}

/**
 * Makes a folder a node's.
 *
 * @throws Error with {@link folderProblem}
 */
export async function claimFolder(settings: Pick<Settings, "directory">): Promise<void> {
  const problem = await folderProblem(settings);
  if (problem !== undefined) throw new Error(problem);
  await writeFile(join(settings.directory, marker), "The folder of a local node: removed by npm run stop -- --purge\n");
}

/** Removes what a node has in its folder but for some names, and the folder if nothing is left; leaves others alone. */
export async function clearFolder(directory: string, keep: string[]): Promise<void> {
  const entries = await readdir(directory).catch((): string[] => []);
  if (entries.includes(marker)) {
    const stays = entries.filter((name) => keep.includes(name));
    // The marker last: a removal that was cut off can be taken up again.
    const goes = entries.filter((name) => !stays.includes(name) && name !== marker);
    for (const name of goes) await rm(join(directory, name), { recursive: true, force: true });
    if (stays.length === 0) await rm(join(directory, marker));
  }
  await rmdir(directory).catch(() => undefined);
}
