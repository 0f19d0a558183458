import type { types } from "@pulumi/kubernetes";
import type { AppArgs } from "../app.ts";
import type { SecretKey } from "../sessionSecret.ts";
import { fileMounts, fileVolume } from "./files.ts";

type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** Volume of each pod's claim: the name of the claim's template. */
export const claimVolume = "data";

const certificate = "session-store-ca";
const certificateFolder = "/etc/session-store-tls";
const certificateFile = "ca.crt";

/** Where the certificate is that the store's server is checked by. */
export const certificatePath = `${certificateFolder}/${certificateFile}`;

/** The pod's volumes, apart from its claim, which the StatefulSet adds. */
export function volumes({ storeCa, writable }: AppArgs, filesConfigMap: string | undefined): { volumes?: Volume[] } {
  const all = [
    ...(storeCa === undefined ? [] : [certificateVolume(storeCa)]),
    ...(filesConfigMap === undefined ? [] : [fileVolume(filesConfigMap)]),
    ...writable.map((_, index) => ({ name: writableVolume(index), emptyDir: {} })),
  ];
  return all.length === 0 ? {} : { volumes: all };
}

/** What the application's container has mounted. */
export function appMounts(args: AppArgs): { volumeMounts?: VolumeMount[] } {
  const { storeCa, files } = args;
  return mounted([
    ...(storeCa === undefined ? [] : [{ name: certificate, mountPath: certificateFolder, readOnly: true }]),
    ...fileMounts(files),
    ...sharedFolders(args),
  ]);
}

/** What every other container of the pod has mounted. */
export function sharedMounts(args: AppArgs): { volumeMounts?: VolumeMount[] } {
  return mounted(sharedFolders(args));
}

/** Folders that all containers of the pod can write to: an init container can prepare what the application finds there. */
function sharedFolders({ claim, writable }: AppArgs): VolumeMount[] {
  return [
    ...(claim === null ? [] : [{ name: claimVolume, mountPath: claim.path }]),
    ...writable.map((mountPath, index) => ({ name: writableVolume(index), mountPath })),
  ];
}

const writableVolume = (index: number) => `writable-${index}`;

const mounted = (volumeMounts: VolumeMount[]) => (volumeMounts.length === 0 ? {} : { volumeMounts });

/** The certificate alone: the server's key lies beside it in the same Secret. */
function certificateVolume({ name, key }: SecretKey): Volume {
  return { name: certificate, secret: { secretName: name, items: [{ key, path: certificateFile }] } };
}
