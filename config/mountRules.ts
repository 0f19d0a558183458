import { dirname } from "node:path/posix";
import { certificatePath } from "../components/app/volumes.ts";
import { isInside } from "./paths.ts";
import type { Problem } from "./rules.ts";
import type { Settings } from "./schema.ts";

/** What a ConfigMap holds. @see MaxSecretSize in pkg/apis/core of Kubernetes, which counts the values alone */
const configMapBytes = 2 ** 20;

const certificates = dirname(certificatePath);

/** The rules about what is mounted into the application's container: its files, its claim and its writable folders. */
export function mountRules({ app, store }: Settings): Problem[] {
  const hasCertificate = store.kind === "redis" && store.tls !== null;
  return [
    ...claimIsNotEmptied(app),
    ...filesHaveAPlace(app, hasCertificate ? [certificates] : []),
    ...(hasCertificate ? certificateIsAlone(app) : []),
    ...fitsIntoAConfigMap(["app", "files"], app.files),
  ];
}

/** Values that one ConfigMap cannot hold together, which the API server would tell when the rest is there already. */
export function fitsIntoAConfigMap(path: string[], values: Record<string, string>): Problem[] {
  const bytes = Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes <= configMapBytes) return [];
  return [{ path, message: `must hold at most ${configMapBytes} bytes, as a ConfigMap does; they hold ${bytes}` }];
}

/** Two volumes at one path are refused. */
function claimIsNotEmptied({ claim, writable }: Settings["app"]): Problem[] {
  const index = claim === null ? -1 : writable.indexOf(claim.path);
  if (index === -1) return [];
  return [{ path: ["app", "writable", index], message: "must not be app.claim.path, which is writable already" }];
}

/** A file cannot be where a folder is, or has to be. */
function filesHaveAPlace({ files, claim, writable }: Settings["app"], others: string[]): Problem[] {
  const folders = [...writable, ...(claim === null ? [] : [claim.path]), ...others];
  const mounts = [...Object.keys(files), ...folders];
  return Object.keys(files).flatMap((file) => {
    const path = ["app", "files", file];
    if (folders.includes(file)) return { path, message: "is a file, and a folder is mounted there; take another path" };
    const inner = mounts.find((other) => isInside(other, file));
    return inner === undefined ? [] : { path, message: `is a file, and cannot be the folder of ${inner}` };
  });
}

/** The folder is read-only, so that the runtime cannot make a place for another mount in it. */
function certificateIsAlone({ files, claim, writable }: Settings["app"]): Problem[] {
  const paths: [path: (string | number)[], folder: string][] = [
    ...Object.keys(files).map((file): [string[], string] => [["app", "files", file], file]),
    ...writable.map((folder, index): [(string | number)[], string] => [["app", "writable", index], folder]),
    ...(claim === null ? [] : [[["app", "claim", "path"], claim.path] as [string[], string]]),
  ];
  return paths
    .filter(([, path]) => path === certificates || isInside(path, certificates))
    .map(([path]) => ({ path, message: `is where the store's certificate is, ${certificates}; take another path` }));
}
