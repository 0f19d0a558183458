import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import * as names from "../../components/redis/names.ts";
import { execFrom } from "../exec.ts";
import { sha256 } from "./backup.ts";
import { createJob, followJob, runningPod } from "./jobs.ts";
import { inStep } from "./states.ts";
import type { StorePlace } from "./place.ts";

/** The archive to restore: a file of this machine, one on the claim, or the newest there. */
export type RestoreFrom = { file: string } | { archive: string } | { newest: true };

const missing = `there is no CronJob ${names.restore}: is this stack's store of kind redis, and deployed by this release?`;

/**
 * Puts an archive's sessions in place of those of the store, and waits until all members have them.
 * @throws Error when it is refused, in which case nothing was changed, or fails; the report says why.
 */
export async function restore(place: StorePlace, from: RestoreFrom): Promise<void> {
  const upload = "file" in from ? await describeFile(from.file) : undefined;
  const archive = upload !== undefined ? "upload" : "archive" in from ? from.archive : "";
  const job = await createJob(place, names.restore, { missing, env: { ARCHIVE: archive } });
  if (upload !== undefined) await send(place, await runningPod(place, job), upload);
  await followJob(place, job);
  await inStep(place);
}

interface Upload {
  file: string;
  bytes: number;
  sum: string;
}

/** @throws Error when the checksum beside the file is another. */
async function describeFile(file: string): Promise<Upload> {
  const sum = await sha256(file);
  const beside = await readFile(`${file}.sha256`, "utf8").catch(() => undefined);
  if (beside !== undefined && beside.slice(0, 64) !== sum) {
    throw new Error(`${file} is damaged: its SHA-256 is not the one in ${file}.sha256; nothing was changed`);
  }
  return { file, bytes: (await stat(file)).size, sum };
}

async function send({ cluster, namespace }: StorePlace, pod: string, { file, bytes, sum }: Upload): Promise<void> {
  const command = ["sh", "/etc/session-store/restore.sh", "receive", String(bytes), sum];
  await execFrom(cluster, namespace, pod, command, createReadStream(file));
}
