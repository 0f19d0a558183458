import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder that changes as that of a mounted Secret: `..data` leads to the files of one moment, the kubelet points it to
 * new ones and removes the old. @see AtomicWriter in pkg/volume/util of Kubernetes
 */
export class SecretVolume {
  readonly #folder: string;
  #moments = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Writes files that do not take effect yet. Returns the name of the folder they are in. */
  prepare(files: Record<string, string>): string {
    const name = `..${++this.#moments}`;
    mkdirSync(join(this.#folder, name));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(this.#folder, name, file), text);
    return name;
  }

  /** Makes these the files. */
  change(files: Record<string, string>): void {
    const old = this.#moments === 0 ? undefined : readlinkSync(join(this.#folder, "..data"));
    symlinkSync(this.prepare(files), join(this.#folder, "next"));
    renameSync(join(this.#folder, "next"), join(this.#folder, "..data"));
    if (old !== undefined) rmSync(join(this.#folder, old), { recursive: true });
  }

  /** A shell command that makes the files of {@link prepare} those that count. */
  commandToSwitch(name: string): string {
    return `cd ${this.#folder} && old=$(readlink ..data) && ln -s ${name} next && mv -T next ..data && rm -r "$old"`;
  }
}
