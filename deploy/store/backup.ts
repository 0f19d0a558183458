import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { finished, pipeline } from "node:stream/promises";
import * as names from "../../components/redis/names.ts";
import { eventually } from "../eventually.ts";
import { exec, execInto } from "../exec.ts";
import { createJob, followJob, readCronJob } from "./jobs.ts";
import type { StorePlace } from "./place.ts";

const noBackups = "this stack makes no backups: set session-stack:store.backup {schedule, keep} and deploy it";

/** An archive on the claim. */
export interface Archive {
  name: string;
  bytes: number;
}

/** Makes an archive now. */
export async function backUp(place: StorePlace): Promise<void> {
  await followJob(place, await createJob(place, names.backup, { missing: noBackups }));
}

/** The archives, oldest first. */
export async function listArchives(place: StorePlace): Promise<Archive[]> {
  return withArchives(place, (pod) => list(place, pod));
}

/**
 * Copies an archive into a file and its checksum into `<file>.sha256`.
 * @throws Error when there is no such archive, or it arrives other than it was made.
 */
export async function downloadArchive(place: StorePlace, name: string, file: string): Promise<void> {
  await withArchives(place, async (pod) => {
    const archives = await list(place, pod);
    if (!archives.some((archive) => archive.name === name)) {
      throw new Error(
        `there is no archive ${name}; there are: ${archives.map((each) => each.name).join(", ") || "none"}`,
      );
    }
    const { cluster, namespace } = place;
    const sum = await exec(cluster, namespace, pod, ["cat", `/backup/${name}.sha256`]);
    const part = `${file}.part`;
    // Sessions are as good as passwords: nobody else may read them.
    const output = createWriteStream(part, { mode: 0o600 });
    try {
      await execInto(cluster, namespace, pod, ["cat", `/backup/${name}`], output);
      await finished(output.end());
      if ((await sha256(part)) !== sum.slice(0, 64)) throw new Error(`${name} arrived damaged: download it again`);
      await pipeline([sum.replace(/ \S+\n$/, ` ${file.replace(/.*\//, "")}\n`)], createWriteStream(`${file}.sha256`));
      await rename(part, file);
    } finally {
      await rm(part, { force: true });
    }
  });
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function list({ cluster, namespace }: StorePlace, pod: string): Promise<Archive[]> {
  const find = ["find", "/backup", "-maxdepth", "1", "-name", "sessions-*.rdb", "-printf", "%f %s\\n"];
  const lines = (await exec(cluster, namespace, pod, find)).split("\n").filter((line) => line !== "");
  return lines.sort().map((line) => {
    const [name = "", bytes] = line.split(" ");
    return { name, bytes: Number(bytes) };
  });
}

/** A pod of its own that has the claim, for as long as it is needed: no other has it but for the time of a backup. */
async function withArchives<T>(place: StorePlace, use: (pod: string) => Promise<T>): Promise<T> {
  const { cluster, namespace } = place;
  const { spec } = await readCronJob(place, names.backup, noBackups);
  const template = spec?.jobTemplate.spec?.template;
  const [container] = template?.spec?.containers ?? [];
  if (template?.spec === undefined || container === undefined) throw new Error(`CronJob ${names.backup} has no pod`);
  const name = `${names.backup}-look-${randomBytes(3).toString("hex")}`;
  await cluster.core.createNamespacedPod({
    namespace,
    body: {
      metadata: { name, labels: template.metadata?.labels },
      spec: {
        ...template.spec,
        activeDeadlineSeconds: 3600,
        containers: [{ ...container, command: ["sleep", "3600"] }],
      },
    },
  });
  try {
    await eventually(`pod ${name} to run`, 120, async () => {
      const { status } = await cluster.core.readNamespacedPod({ name, namespace });
      return status?.phase === "Running";
    });
    return await use(name);
  } finally {
    // It has nothing to end.
    await cluster.core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 });
  }
}
