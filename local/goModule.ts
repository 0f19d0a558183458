import { join } from "node:path";
import { execa } from "execa";

export interface ModuleOptions {
  /** Folder of a go.mod that has the module: gives its version, and go.sum its hash. */
  required?: string;
  /** Hash of the content as go.sum has it, `h1:…`, for a module that no go.mod here has. */
  sum?: string;
}

/** What `go mod download -json` prints, as far as it is used. */
interface Download {
  Path?: string;
  Version?: string;
  Dir?: string;
  Sum?: string;
  Error?: string;
}

/**
 * Folder with the sources of a Go module, read-only, fetched by Go itself unless its cache has them.
 *
 * @param module import path; with `@version` unless a go.mod says which
 * @throws Error with Go's own words if the module can't be had, or if it is not the one that was meant
 */
export async function moduleFolder(module: string, { required, sum }: ModuleOptions): Promise<string> {
  // Nothing is built of a module that no go.mod here has, so a newer Go that it asks for need not be fetched.
  const environment = required === undefined ? { GOFLAGS: "", GOTOOLCHAIN: "local" } : { GOFLAGS: "-mod=readonly" };
  const go = { cwd: required ?? "/", env: environment, reject: false, stdin: "ignore" } as const;
  const { stdout = "", stderr = "", shortMessage } = await execa("go", ["mod", "download", "-json", module], go);
  if (!stdout.startsWith("{")) throw new Error(`${module} can't be fetched: ${stderr.trim() || shortMessage}`);
  const found = JSON.parse(stdout) as Download;
  // Go looks at the version only after it has unpacked the sources.
  const isTooNew = required === undefined && / requires go >= /.test(found.Error ?? "");
  if (found.Error !== undefined && !isTooNew) throw new Error(`${module} can't be fetched: ${found.Error.trim()}`);
  if (sum !== undefined && found.Sum !== sum) {
    throw new Error(`${module} has the hash ${found.Sum}, which must be ${sum}: it was changed after it was published`);
  }
  if (found.Dir !== undefined) return found.Dir;
  const { stdout: cache } = await execa("go", ["env", "GOMODCACHE"], { cwd: "/" });
  return join(cache, `${found.Path}@${found.Version}`);
}
