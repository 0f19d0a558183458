import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, hashOf } from "./cache.ts";
import { moduleFolder } from "./goModule.ts";

const folder = join(import.meta.dirname, "traefik");
const name = "kubernetes-crd-definition-v1.yml";

/** The CustomResourceDefinitions of Traefik, at the version that is built here: a YAML file out of its own sources. */
export async function traefikCrds(cache: string): Promise<string> {
  const result = await cached({
    root: cache,
    artifact: "traefik-crds",
    key: hashOf(await readFile(join(folder, "go.mod")), name),
    produce: async (output) => {
      const sources = await moduleFolder("github.com/traefik/traefik/v3", { required: folder });
      await copyFile(join(sources, "docs/content/reference/dynamic-configuration", name), join(output, name));
    },
  });
  return join(result, name);
}
