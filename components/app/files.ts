import type { types } from "@pulumi/kubernetes";

/** Files of the configuration: their contents in a ConfigMap, each mounted alone, so that its folder keeps the rest. */

/** Name of the volume. */
const volume = "files";

/** Content of the ConfigMap. A path is no key of one: files are numbered in the order of their paths. */
export function fileData(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(sorted(files).map(([, content], index) => [key(index), content]));
}

export function fileMounts(files: Record<string, string>): types.input.core.v1.VolumeMount[] {
  return sorted(files).map(([mountPath], index) => ({ name: volume, mountPath, subPath: key(index), readOnly: true }));
}

export function fileVolume(configMap: string): types.input.core.v1.Volume {
  return { name: volume, configMap: { name: configMap } };
}

const key = (index: number) => `file-${index}`;

const sorted = (files: Record<string, string>) => Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
