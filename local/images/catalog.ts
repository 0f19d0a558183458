import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cached, hashOf } from "../cache.ts";
import { runTool } from "../command.ts";
import type { Report } from "../progress.ts";
import { writeArchive, writeLayer } from "./archive.ts";
import type { ImageConfig } from "./archive.ts";
import { debianLayer } from "./debian.ts";
import type { DebianContent } from "./debian.ts";
import { nodeLayer } from "./nodeRuntime.ts";

/** An image ready for import. */
export interface BuiltImage {
  /** Name and tag; the tag is the hash of the content. */
  reference: string;
  /** File as `docker save` writes it. */
  archive: string;
}

/** Images that workloads use; the others are the node's own. */
export type WorkloadImage =
  "demo" | "provisioner" | "redis" | "redisNext" | "valkey" | "valkeyNext" | "memcached" | "exporter" | "nginx";

export type ImageName = "pause" | "coredns" | "traefik" | WorkloadImage;

/** Everything that is built before a node can start. */
export interface Artifacts {
  /** Multi-call binary of Kubernetes and etcd. */
  kube: string;
  metricsServer: string;
  /** Mount helper of the kubelet. */
  mountNfs: string;
  /** File of the CustomResourceDefinitions that the ingress controller watches. */
  traefikCrds: string;
  images: Record<ImageName, BuiltImage>;
  /** Root folder of a containerd that has all images. */
  store: string;
}

/** A registry host that can't exist (RFC 6761): such an image is never looked for elsewhere. */
const registry = "session-stack.invalid";

/** Repository of an image: names of images are in lower case. */
export function repositoryOf(name: ImageName): string {
  return `${registry}/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Image of one static binary. */
export async function binaryImage(
  name: ImageName,
  binary: string,
  config: ImageConfig,
  cache: string,
): Promise<BuiltImage> {
  const [path = ""] = config.entrypoint ?? [];
  return build(name, [entryOf(binary), JSON.stringify(config)], cache, async (output) => {
    const layer = join(output, "layer.tar");
    await writeLayer(layer, [{ path: path.slice(1), source: binary, mode: 0o755 }]);
    return { layers: [layer], config };
  });
}

/** Image of Debian packages. */
export async function debianImage(
  name: ImageName,
  { config, ...content }: DebianContent & { config: ImageConfig },
  cache: string,
  report?: Report,
): Promise<BuiltImage> {
  const layer = await debianLayer(name, content, cache, report);
  return build(name, [entryOf(layer), JSON.stringify(config)], cache, () =>
    Promise.resolve({ layers: [layer], config }),
  );
}

/** Image of the demo application: Debian's libraries, Node, and the bundle made now. */
export async function demoImage(checkout: string, cache: string, report?: Report): Promise<BuiltImage> {
  const config: ImageConfig = {
    entrypoint: ["node", "/app/server.mjs"],
    user: "999:999",
    workingDirectory: "/app",
    environment: { NODE_ENV: "production", PORT: "8080" },
  };
  await runTool("npm", ["run", "--silent", "build", "--workspace", "demo"], { cwd: checkout });
  const bundle = join(checkout, "demo", "dist", "server.mjs");
  const libraries = await debianLayer("node", { packages: ["libstdc++6", "libatomic1"] }, cache, report);
  const node = await nodeLayer(cache);
  const inputs = [entryOf(libraries), entryOf(node), await readFile(bundle), JSON.stringify(config)];
  return build("demo", inputs, cache, async (output) => {
    const layer = join(output, "layer.tar");
    await writeLayer(layer, [{ path: "app/server.mjs", source: bundle, mode: 0o644 }]);
    return { layers: [libraries, node, layer], config };
  });
}

async function build(
  name: ImageName,
  inputs: (string | Buffer)[],
  cache: string,
  make: (output: string) => Promise<{ layers: string[]; config: ImageConfig }>,
): Promise<BuiltImage> {
  const folder = await cached({
    root: cache,
    artifact: `image-${name}`,
    key: hashOf(...inputs),
    produce: async (output) => {
      const { layers, config } = await make(output);
      const reference = await writeArchive(join(output, "image.tar"), repositoryOf(name), layers, config);
      await writeFile(join(output, "reference"), reference);
      await rm(join(output, "layer.tar"), { force: true });
    },
  });
  return { reference: await readFile(join(folder, "reference"), "utf8"), archive: join(folder, "image.tar") };
}

/** Key of the cache entry a file is in: stands for its content. */
function entryOf(file: string): string {
  return dirname(file);
}
