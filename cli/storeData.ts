import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { connect } from "../deploy/cluster.ts";
import { renderFor } from "../deploy/stack.ts";
import { backUp, downloadArchive, listArchives } from "../deploy/store/backup.ts";
import { override } from "../deploy/store/override.ts";
import type { StorePlace } from "../deploy/store/place.ts";
import { planReseed, reseed } from "../deploy/store/reseed.ts";
import { restore, type RestoreFrom } from "../deploy/store/restore.ts";
import { withContextOptions, type MaybeContext } from "./contextOptions.ts";
import { findEnvironment } from "./runningEnvironment.ts";

interface Confirmable extends MaybeContext {
  yes?: boolean;
}

/** The commands about the sessions themselves: back up, restore, reseed, and start against the guard's advice. */
export function addDataCommands(program: Command): void {
  withContextOptions(program.command("backup")).description("makes an archive of the sessions now").action(makeBackup);
  withContextOptions(program.command("backups")).description("lists the archives").action(listBackups);
  withContextOptions(program.command("download"))
    .description("copies an archive to this machine, readable by you alone")
    .argument("<name>", "of an archive, as npm run store -- backups lists them")
    .argument("<file>", "where to")
    .action(download);
  confirmable(program.command("restore"))
    .description("puts the sessions of an archive in place of those of the store")
    .argument("[name]", "of an archive; default: the newest")
    .option("--file <file>", "an archive on this machine instead")
    .action(restoreStore);
  confirmable(program.command("reseed"))
    .description("fills redis-0, which lost its data, from the replica that has most sessions")
    .action(reseedStore);
  confirmable(program.command("override"))
    .description("lets a member start that is held, against the reason that it gives")
    .argument("<pod>", "of the member: redis-0, …")
    .action(overrideHold);
}

const confirmable = (command: Command) =>
  withContextOptions(command).option("--yes", "do not ask before sessions are overwritten");

async function makeBackup(options: MaybeContext): Promise<void> {
  await backUp(await storePlace(options));
}

async function listBackups(options: MaybeContext): Promise<void> {
  const archives = await listArchives(await storePlace(options));
  if (archives.length === 0) console.log("there is no archive yet: make one with npm run store -- backup");
  for (const { name, bytes } of archives) console.log(`${name}  ${bytes} bytes`);
}

async function download(name: string, file: string, options: MaybeContext): Promise<void> {
  await downloadArchive(await storePlace(options), name, file);
  console.log(`${file}, its checksum in ${file}.sha256`);
}

async function restoreStore(
  archive: string | undefined,
  { file, yes, ...options }: Confirmable & { file?: string },
): Promise<void> {
  if (archive !== undefined && file !== undefined) throw new Error("give the name of an archive or --file, not both");
  const place = await storePlace(options);
  const from: RestoreFrom = file !== undefined ? { file } : archive !== undefined ? { archive } : { newest: true };
  const what = file ?? archive ?? "the newest archive";
  await confirm(place, yes, `The sessions of ${place.namespace} will be replaced by those of ${what}.`);
  await restore(place, from);
}

async function reseedStore({ yes, ...options }: Confirmable): Promise<void> {
  const place = await storePlace(options);
  const plan = await planReseed(place);
  const { held, lost, source } = plan;
  const state = held === undefined ? `redis-0 runs and loses its ${lost} sessions` : `redis-0 is held (${held})`;
  const others = "Other replicas get the same.";
  await confirm(place, yes, `${state}; it gets the ${source.keys} sessions of ${source.member}. ${others}`);
  await reseed(place, plan);
}

async function overrideHold(member: string, { yes, ...options }: Confirmable): Promise<void> {
  const place = await storePlace(options);
  await confirm(place, yes, `${member} of ${place.namespace} will start with what is on its volume, be it nothing.`);
  await override(place, member);
}

/** @throws Error unless whoever is asked agrees by typing the namespace's name. */
async function confirm({ namespace }: StorePlace, yes = false, what: string): Promise<void> {
  console.log(what);
  if (yes) return;
  if (!process.stdin.isTTY) throw new Error("nobody is there to confirm it: give --yes; nothing was changed");
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(`Type ${namespace} to go on: `).finally(() => prompt.close());
  if (answer.trim() !== namespace) throw new Error("not confirmed; nothing was changed");
}

/** @throws Error when the stack has no store of kind redis. */
async function storePlace(options: MaybeContext): Promise<StorePlace> {
  const { options: stack } = await findEnvironment(options);
  const { outputs } = await renderFor(stack);
  const kind = outputs.sessionStore?.kind ?? "none";
  if (kind !== "redis") throw new Error(`the store of stack ${stack.stack} is of kind ${kind}: this is for kind redis`);
  return { cluster: connect(stack.target), namespace: outputs.namespace, report: (line) => console.log(line) };
}
