import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const scripts = fileURLToPath(new URL("../../.github/scripts", import.meta.url));

/** What a script came to. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
  /** Calls of the fake programs, in their order: name and arguments, one after the other. */
  calls: string[];
}

/** A folder in which scripts of the workflows run, with programs in place of those that talk to the outside. */
export class Sandbox {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Sandbox> {
    const folder = await mkdtemp(join(tmpdir(), "delivery-"));
    await mkdir(join(folder, "bin"));
    return new Sandbox(folder);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** Puts a program in front of PATH: it notes how it is called, and goes on with a shell script. */
  async fake(name: string, script: string): Promise<void> {
    const note = `{ printf '%s' ${name}; printf ' %s' "$@"; echo; } >>"$CALLS"`;
    await writeFile(join(this.folder, "bin", name), `#!/bin/bash\n${note}\n${script}\n`, { mode: 0o755 });
  }

  async write(path: string, text: string): Promise<void> {
    await mkdir(join(this.folder, path, ".."), { recursive: true });
    await writeFile(join(this.folder, path), text);
  }

  read(path: string): Promise<string> {
    return readFile(join(this.folder, path), "utf8");
  }

  /** Runs a script in the folder, with these variables and no others but those of every process. */
  async run(script: string, args: string[] = [], variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const log = join(this.folder, "calls");
    await writeFile(log, "");
    const { HOME, TMPDIR, PATH } = process.env;
    const env = { HOME, TMPDIR, PATH: `${this.folder}/bin:${PATH}`, CALLS: log, ...variables };
    const result = await new Promise<Omit<Outcome, "calls">>((done) =>
      execFile(join(scripts, script), args, { cwd: this.folder, env }, (error, stdout, stderr) =>
        done({ code: Number(error?.code ?? 0), stdout, stderr }),
      ),
    );
    const calls = (await readFile(log, "utf8")).split("\n").filter((line) => line !== "");
    return { ...result, calls };
  }
}
