import { Option, type Command } from "commander";
import { farewell, finish, rotate } from "../deploy/store/rotate.ts";
import { readRotation, sessionSeconds, writeRotation } from "../deploy/store/rotationFile.ts";
import { rotationSite } from "../deploy/store/site.ts";
import { deployerOf } from "../deploy/store/way.ts";
import { withContextOptions, type MaybeContext } from "./contextOptions.ts";
import { findEnvironment } from "./runningEnvironment.ts";

interface RotateFlags extends MaybeContext {
  only?: keyof typeof choices;
  finish?: boolean;
  now?: boolean;
}

/** What `--only` can name. */
const choices = { password: "password", "signing-keys": "signingKeys" } as const;
const only = new Option("--only <what>", "rotate one of the two").choices(Object.keys(choices));

/** `npm run store -- rotate`. */
export function addRotateCommand(program: Command): void {
  withContextOptions(program.command("rotate"))
    .description("changes the store's passwords and the signing keys without losing a session or failing a request")
    .addOption(only)
    .option("--finish", "drop the old signing keys, when no session is left that they signed")
    .option("--now", "with --finish: do not wait for that; visitors whose sessions they signed are logged out")
    .action(rotateStore);
}

async function rotateStore({ only, finish: isFinish = false, now = false, ...cluster }: RotateFlags): Promise<void> {
  if (now && !isFinish) throw new Error("--now goes with --finish");
  if (only !== undefined && isFinish) throw new Error("--finish is about the signing keys alone: leave out --only");
  const { options } = await findEnvironment(cluster);
  const { stack } = options;
  const report = (line: string) => console.log(line);
  const common = {
    site: await rotationSite(options, deployerOf(options), report),
    lists: readRotation(stack),
    save: (lists: ReturnType<typeof readRotation>) => writeRotation(stack, lists),
    report,
  };
  const seconds = sessionSeconds(stack);
  const lists = isFinish
    ? await finish({ ...common, now, sessionSeconds: seconds })
    : await rotate({ ...common, which: only === undefined ? undefined : [choices[only]] });
  report((await farewell(common.site, lists, seconds)) ?? "done: what was in use before is accepted no longer");
}
