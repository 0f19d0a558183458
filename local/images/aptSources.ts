import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * Finds the Debian mirror this machine uses, so that images come from where its administrator chose.
 *
 * @param files contents of apt's source lists by file name: one-line format in .list, deb822 in .sources
 * @param codename release of the machine, whose entry is the main archive's (not security's, not a third party's)
 * @returns the mirror's address; undefined if there is none
 */
export function findMirror(files: Record<string, string>, codename: string): string | undefined {
  const entries = Object.entries(files).flatMap(([name, text]) =>
    name.endsWith(".sources") ? parseStanzas(text) : parseLines(text),
  );
  const match = entries.find(({ suites, components }) => suites.includes(codename) && components.includes("main"));
  return match?.uri;
}

/** Reads apt's source lists of this machine. */
export async function readSources(root = "/etc/apt"): Promise<Record<string, string>> {
  const folder = join(root, "sources.list.d");
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(list|sources)$/.test(name));
  const paths = [join(root, "sources.list"), ...names.sort().map((name) => join(folder, name))];
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(path, "utf8").catch(() => "")]));
  return Object.fromEntries(texts) as Record<string, string>;
}

interface Source {
  uri: string;
  suites: string[];
  components: string[];
}

/** sources.list(5), one-line style: `deb [options] uri suite components…`. */
function parseLines(text: string): Source[] {
  return text.split("\n").flatMap((line) => {
    const match = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec((line.split("#")[0] ?? "").trim());
    if (!match) return [];
    const [, uri = "", suite = "", components = ""] = match;
    return [{ uri, suites: [suite], components: components.split(/\s+/) }];
  });
}

/** sources.list(5), deb822 style: stanzas of fields, continued by indented lines. */
function parseStanzas(text: string): Source[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  return lines
    .join("\n")
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string[]>();
      for (const field of stanza.replace(/\n[ \t]+/g, " ").split("\n")) {
        const [name = "", ...value] = field.split(":");
        fields.set(name.trim().toLowerCase(), value.join(":").trim().split(/\s+/));
      }
      const get = (name: string) => fields.get(name) ?? [];
      if (!get("types").includes("deb") || get("enabled")[0] === "no") return [];
      const [uri] = get("uris");
      return uri ? [{ uri, suites: get("suites"), components: get("components") }] : [];
    });
}
