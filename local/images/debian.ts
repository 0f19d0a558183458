import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, hashOf } from "../cache.ts";
import { runTool } from "../command.ts";
import type { Report } from "../progress.ts";
import { architecture } from "./archive.ts";
import { findMirror, readSources } from "./aptSources.ts";

/** What a layer holds. */
export interface DebianContent {
  packages: string[];
  /** Debian's release they come from; default trixie, which has Redis 8.0 and Valkey 8.1. */
  suite?: string;
}

const hook = join(import.meta.dirname, "..", "bin", "image-hook");
/** A shell and what start scripts and a look inside need. */
const shell = ["base-files", "dash", "coreutils", "sed", "grep", "hostname", "findutils", "libc-bin", "procps"];

/** Nothing is installed, so of mmdebstrap's hooks only the one after the extraction is run; containers get their own /dev. */
const variant = ["--variant=extract", "--skip=chroot/mount,output/dev"];
/** The date on a mirror's copy of a release under development may have passed; signatures are checked all the same. */
const anyDate = '--aptopt=Acquire::Check-Valid-Until "false"';

/** Returns the path of a layer with a small Debian and some packages, unpacked without their installation scripts. */
export async function debianLayer(
  name: string,
  { packages, suite = "trixie" }: DebianContent,
  cache: string,
  report?: Report,
): Promise<string> {
  const include = [...shell, ...packages];
  const folder = await cached({
    root: cache,
    artifact: `debian-${name}`,
    key: hashOf(suite, architecture, ...include, ...variant, await readFile(hook)),
    report,
    produce: async (output) => {
      await runTool(
        "mmdebstrap",
        [
          ...variant,
          `--architectures=${architecture}`,
          `--include=${include.join(",")}`,
          `--extract-hook=${hook} "$1"`,
          anyDate,
          ...(await proxyOptions()),
          suite,
          join(output, "layer.tar"),
          await debianMirror(),
        ],
        // Fixed times in the archive: the same packages give the same layer.
        { environment: { SOURCE_DATE_EPOCH: "0" }, report },
      );
    },
  });
  return join(folder, "layer.tar");
}

/** The machine's Debian mirror. */
export async function debianMirror(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? "";
  const mirror = findMirror(await readSources(), codename);
  if (!mirror)
    throw new Error(`no Debian mirror: /etc/apt has no "deb" source with suite ${codename} and component main`);
  return mirror;
}

/** mmdebstrap reads none of the machine's apt settings; a proxy among them is needed. */
async function proxyOptions(): Promise<string[]> {
  const keys = ["Acquire::http::Proxy", "Acquire::https::Proxy"];
  const text = await runTool("apt-config", ["dump", "--format=%f %v%n", ...keys]);
  return text
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, value]) => value)
    .map(([key, value]) => `--aptopt=${key} "${value}"`);
}
