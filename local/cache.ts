import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./lock.ts";
import type { Report } from "./progress.ts";

/** How many versions of one artifact stay unless told: the newest used ones, for checkouts of different age. */
const usualVersionsKept = 4;

export interface Cached {
  /** Folder of all artifacts. */
  root: string;
  /** What it is, for example `kube`. */
  artifact: string;
  /** Hash of everything the result depends on. */
  key: string;
  /** How many versions stay; default 4. */
  versionsKept?: number;
  /** Told when another program builds the same. */
  report?: Report;
  /** Fills an empty folder; called only when the result is missing. */
  produce: (folder: string) => Promise<void>;
}

/** Returns the folder of an artifact, made once: builds in parallel wait for each other, a killed one leaves nothing usable. */
export async function cached({
  root,
  artifact,
  key,
  versionsKept = usualVersionsKept,
  report,
  produce,
}: Cached): Promise<string> {
  const family = join(root, artifact);
  const result = join(family, key);
  if (await touch(result)) return result;
  const build = async () => {
    if (await touch(result)) return result;
    await removeUnfinished(family);
    const folder = await mkdtemp(join(family, ".new-"));
    await produce(folder);
    await rename(folder, result);
    await removeOld(family, versionsKept);
    return result;
  };
  return withLock(family, build, { onWait: () => report?.("waiting for another build of it") });
}

/** SHA-256 of the parts in hex; parts can't run into each other. */
export function hashOf(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest("hex");
}

/** Hash over names and contents of all files below a folder. */
export async function hashOfFolder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const parts: (string | Buffer)[] = [];
  for (const file of files.sort()) parts.push(file.slice(folder.length), await readFile(file));
  return hashOf(...parts);
}

/** Marks as used now; false if missing. */
async function touch(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}

async function removeUnfinished(family: string): Promise<void> {
  for (const name of await readdir(family)) {
    if (name.startsWith(".new-")) await rm(join(family, name), { recursive: true, force: true });
  }
}

async function removeOld(family: string, versionsKept: number): Promise<void> {
  const versions = await Promise.all(
    (await readdir(family)).map(async (name) => ({ name, used: (await stat(join(family, name))).mtimeMs })),
  );
  versions.sort((a, b) => b.used - a.used);
  for (const { name } of versions.slice(versionsKept)) await rm(join(family, name), { recursive: true, force: true });
}
