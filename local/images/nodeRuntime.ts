import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, hashOf } from "../cache.ts";
import { runTool } from "../command.ts";
import { writeLayer } from "./archive.ts";

/** Node in the demo's image. */
const version = "24.21.0";

/** Returns the path of a layer with the Node binary out of npm's package of it, which npm checks by its own hash. */
export async function nodeLayer(cache: string): Promise<string> {
  const specification = `node-linux-${process.arch}@${version}`;
  const folder = await cached({
    root: cache,
    artifact: "node-runtime",
    key: hashOf(specification),
    produce: async (output) => {
      const listing = await runTool("npm", ["pack", specification, "--pack-destination", output, "--json"]);
      const [packed] = JSON.parse(listing) as { filename: string }[];
      const archive = join(output, packed?.filename ?? "");
      await runTool("tar", ["-xzf", archive, "-C", output, "package/bin/node"]);
      const binary = join(output, "package", "bin", "node");
      await writeLayer(join(output, "layer.tar"), [{ path: "usr/local/bin/node", source: binary, mode: 0o755 }]);
      await rm(archive);
      await rm(join(output, "package"), { recursive: true });
    },
  });
  return join(folder, "layer.tar");
}
