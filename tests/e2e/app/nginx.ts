import { fileURLToPath } from "node:url";
import * as k8s from "@pulumi/kubernetes";
import { NfsStorage } from "../../../components/nfsStorage.ts";
import nginxStateful from "../../../examples/nginx-stateful/index.ts";
import type { LocalCluster } from "../../../local/node.ts";
import type { KubernetesObject } from "../../../render/objects.ts";
import { renderProgram } from "../../../render/program.ts";
import { projectName, readStackFile, type Overrides } from "../../../render/stackFile.ts";

const folder = fileURLToPath(new URL("../../../examples/nginx-stateful", import.meta.url));

/** Class of the storage below. */
export const storageClassName = "nfs-nginx";

/** The objects of the example, for the local node. */
export async function exampleObjects(
  { context, images }: LocalCluster,
  changes: Overrides,
): Promise<KubernetesObject[]> {
  const overrides = { kubeContext: context, image: images.nginx, storageClassName, ...changes };
  const settings = { project: projectName(folder), stack: "local", ...readStackFile("local", overrides, folder) };
  return (await renderProgram(nginxStateful, settings)).objects;
}

/** Storage as a stack brings it along, alone: the example takes a class that is there. */
export async function storageObjects({ context, images, nfs }: LocalCluster): Promise<KubernetesObject[]> {
  const program = () => {
    const provider = new k8s.Provider("cluster", { context });
    const { server, path } = nfs;
    return new NfsStorage(
      "storage",
      {
        instance: "nginx-storage",
        namespace: "nginx-storage",
        className: storageClassName,
        server,
        path,
        mountOptions: [],
        directories: "unique",
        prefix: "nginx",
        image: images.provisioner,
      },
      { provider },
    ).className;
  };
  const settings = { project: "nginx", stack: "storage", values: {}, secretKeys: [] };
  return (await renderProgram(() => ({ className: program() }), settings)).objects;
}
