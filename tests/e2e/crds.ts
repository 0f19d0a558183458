import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KubernetesObject } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { cached, hashOf } from "../../local/cache.ts";
import { moduleFolder } from "../../local/goModule.ts";
import { currentSettings } from "../../local/node.ts";

/** Where CustomResourceDefinitions are: a file or folder of a Go module that its project publishes them in. */
const sources = {
  // The experimental channel: session persistence is in no other.
  "gateway-api-1.6": {
    module: "sigs.k8s.io/gateway-api@v1.6.3",
    sum: "h1:lKpJa5bGlraC/QeACvCpsHLdmO6y0iKfzVl6gzaFEYc=",
    path: "config/crd/experimental",
  },
  "gateway-api-1.7": {
    module: "sigs.k8s.io/gateway-api@v1.7.0",
    sum: "h1:duVnm7nO6oXfMMUWfcDoBph47CYR/ME3NGxccOVglaY=",
    path: "config/crd/experimental",
  },
  contour: {
    module: "github.com/projectcontour/contour@v1.33.8",
    sum: "h1:QoOfwqWws+CVRFpsRC2+f1DmB5IdurtyUtepIsiWfE0=",
    path: "examples/contour/01-crds.yaml",
  },
  istio: {
    module: "istio.io/api@v1.31.4",
    sum: "h1:AcnncYrlDj1PJkym7h88Gggkef4MAra8QpGaXRMsr+E=",
    path: "kubernetes/customresourcedefinitions.gen.yaml",
  },
};

/** Definitions that can be had. */
export type CrdSource = keyof typeof sources;

/** Definitions that are not to be had as a file, and what was found instead. */
export const unavailable: Record<string, string> = {
  "haproxytech (Backend)":
    "github.com/haproxytech/kubernetes-ingress: the module proxy answers 403 to its list of versions and to commit fc12067",
  "gke (BackendConfig, FrontendConfig)":
    "k8s.io/ingress-gce: the module proxy lists no version (403) but has v1.36.0, which has no file of them: pkg/crd makes them in Go",
  "alb (IngressClassParams)":
    "sigs.k8s.io/aws-load-balancer-controller: the module proxy has v1.1.9, which has no definitions yet, and answers 403 to commit 225f445",
  "nginx (VirtualServer)":
    "github.com/nginx/kubernetes-ingress and nginxinc/kubernetes-ingress: the module proxy answers 403 to the list of versions; none was asked for by number",
};

/**
 * The CustomResourceDefinitions of a project, at the pinned version, fetched unless the cache has them.
 *
 * @throws Error with Go's own words if the module can't be fetched
 */
export async function crdsOf(name: CrdSource): Promise<KubernetesObject[]> {
  const { module, sum, path } = sources[name];
  const folder = await cached({
    root: currentSettings().cache,
    artifact: `crds-${name}`,
    key: hashOf(module, sum, path),
    produce: async (output) => {
      const found = await definitionsIn(join(await moduleFolder(module, { sum }), path));
      await writeFile(join(output, "crds.json"), JSON.stringify(found));
    },
  });
  return JSON.parse(await readFile(join(folder, "crds.json"), "utf8")) as KubernetesObject[];
}

/** Those in a YAML file or in all of a folder; what else is there, for example policies, is left out. */
async function definitionsIn(path: string): Promise<KubernetesObject[]> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? (await readdir(path)).sort().map((file) => join(path, file)) : [path];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as unknown));
  const found = objects.filter(isDefinition);
  if (found.length === 0) throw new Error(`there is no CustomResourceDefinition in ${path}`);
  return found;
}

function isDefinition(object: unknown): object is KubernetesObject {
  return (object as KubernetesObject | null)?.kind === "CustomResourceDefinition";
}
