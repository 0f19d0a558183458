import { homedir } from "node:os";
import { Listr } from "listr2";
import type { ListrTask } from "listr2";
import { ArtifactSet, buildTasks } from "./artifacts.ts";
import { folderProblem, survivors } from "./folder.ts";
import { gatherFacts } from "./facts.ts";
import { checkOwner, inspect, ownerProblem, runningCluster } from "./inspect.ts";
import type { Finding } from "./inspect.ts";
import { kernelMountsNfs } from "./kernel.ts";
import { LocalNode } from "./localNode.ts";
import { withLock } from "./lock.ts";
import { findProblems } from "./preflight.ts";
import { listrOptions } from "./progress.ts";
import { settingsFrom } from "./settings.ts";
import { Start } from "./start.ts";
import type { LocalCluster } from "./state.ts";
import { tearDown } from "./teardown.ts";

export type { LocalCluster } from "./state.ts";

/** What the tasks of {@link upTasks} leave for those after them. */
export interface UpContext {
  /** Set by the last task. */
  cluster?: LocalCluster;
}

/** Settings of this checkout and environment. */
export const currentSettings = () => settingsFrom(process.env, homedir());

/** Tasks that bring the node up: build what is missing, start it unless it runs. */
export function upTasks(settings = currentSettings()): ListrTask<UpContext>[] {
  const set = new ArtifactSet();
  return [
    {
      title: "Check this machine",
      task: async () => {
        const folder = [ownerProblem(inspect(settings), settings), await folderProblem(settings)];
        const machine = findProblems(await gatherFacts(settings), settings);
        const problems = [...machine, ...folder.filter((problem) => problem !== undefined)];
        if (problems.length > 0) throw new Error(problems.join("\n"));
      },
    },
    {
      title: "Build",
      task: (_, task) => task.newListr(buildTasks<UpContext>(settings, set)),
    },
    {
      title: "Node",
      task: async (context, task) => {
        const node = new LocalNode(settings, !(await kernelMountsNfs()));
        const steps = await new Start(node, set.complete()).begin((text) => (task.output = text));
        const describe = () => void (context.cluster = runningCluster(settings));
        describe();
        return task.newListr(steps.map(({ title, run }) => ({ title, task: () => run().then(describe) })));
      },
    },
  ];
}

export interface UpOptions {
  /** Shows no progress. */
  quiet?: boolean;
}

/** Brings the node up, or leaves it up, and returns how to use it. */
export async function up({ quiet = false }: UpOptions = {}, settings = currentSettings()): Promise<LocalCluster> {
  const tasks = upTasks(settings);
  const list = quiet ? new Listr(tasks, { renderer: "silent" }) : new Listr(tasks, listrOptions);
  const { cluster } = await list.run({});
  if (!cluster) throw new Error("the node ended right after its start: try again, or look with `npm run status`");
  return cluster;
}

/** How to use the node that runs; undefined if none does. */
export function connect(settings = currentSettings()): LocalCluster | undefined {
  return runningCluster(settings);
}

/** What there is of the node, process by process. */
export function status(settings = currentSettings()): Finding {
  return inspect(settings);
}

export interface DownOptions {
  /** Also removes what survives a stop: the exported directories and the keep folder. */
  purge?: boolean;
}

/**
 * Takes the node down, whatever state it is in; none is fine.
 *
 * @returns what was there
 * @throws Error if another checkout's node runs, or the user is not root
 */
export async function down({ purge = false }: DownOptions = {}, settings = currentSettings()): Promise<Finding> {
  if (process.getuid?.() !== 0) throw new Error("only root can take the node down: run it with sudo");
  return withLock(
    settings.directory,
    async () => {
      const finding = inspect(settings);
      checkOwner(finding, settings);
      await tearDown(new LocalNode(settings, false), purge ? [] : survivors);
      return finding;
    },
    { waitSeconds: 300 },
  );
}
