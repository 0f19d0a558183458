import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import type { Pack } from "tar-stream";

/** What runs when a pod names no command, as in the image configuration of OCI. */
export interface ImageConfig {
  entrypoint?: string[];
  command?: string[];
  /** Numeric, or the kubelet can't tell that it is not root. */
  user: string;
  workingDirectory?: string;
  environment?: Record<string, string>;
}

/** One file of a layer made here. */
export interface LayerFile {
  path: string;
  source: string;
  mode: number;
}

/** Writes an uncompressed layer of some files, always the same bytes for the same files. */
export async function writeLayer(target: string, files: LayerFile[]): Promise<void> {
  const layer = pack();
  const written = pipeline(layer, createWriteStream(target));
  for (const { path, source, mode } of files) await addFile(layer, path, source, mode);
  layer.finalize();
  await written;
}

/** Go's name of this machine's processor, which image configurations use too. */
export const architecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Writes an image as `docker save` does, which containerd imports.
 *
 * @param repository name without tag; a registry host is needed, or it is taken for one of docker.io
 * @param layers uncompressed tar files, lowest first
 * @returns the reference: the repository, tagged with the hash of the configuration, which holds those of all layers
 */
export async function writeArchive(
  target: string,
  repository: string,
  layers: string[],
  config: ImageConfig,
): Promise<string> {
  const digests = await Promise.all(layers.map(digestOf));
  const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const environment = Object.entries(config.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const text = JSON.stringify({
    architecture,
    os: "linux",
    config: {
      Entrypoint: config.entrypoint,
      Cmd: config.command,
      User: config.user,
      WorkingDir: config.workingDirectory ?? "/",
      Env: [path, ...environment],
    },
    rootfs: { type: "layers", diff_ids: digests.map((digest) => `sha256:${digest}`) },
  });
  const hash = createHash("sha256").update(text).digest("hex");
  const reference = `${repository}:${hash.slice(0, 12)}`;
  const names = digests.map((digest) => `${digest}.tar`);
  const manifest = [{ Config: `${hash}.json`, RepoTags: [reference], Layers: names }];
  const archive = pack();
  const written = pipeline(archive, createWriteStream(target));
  archive.entry({ name: `${hash}.json` }, text);
  archive.entry({ name: "manifest.json" }, JSON.stringify(manifest));
  for (const [index, layer] of layers.entries()) await addFile(archive, names[index] ?? basename(layer), layer, 0o644);
  archive.finalize();
  await written;
  return reference;
}

async function addFile(archive: Pack, name: string, source: string, mode: number): Promise<void> {
  const { size } = await stat(source);
  // A fixed time, so that the same content has the same hash.
  await pipeline(createReadStream(source), archive.entry({ name, size, mode, mtime: new Date(0) }));
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
