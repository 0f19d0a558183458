import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import { deploymentReady, serviceAccountExists } from "../kubernetes.ts";
import type { Artifacts } from "../images/catalog.ts";
import type { LocalNode } from "../localNode.ts";
import { until } from "../process.ts";
import type { Part } from "./part.ts";

const manifests = join(import.meta.dirname, "..", "manifests");

/** What runs as pods: its manifest is applied, after those of `before`; it is ready when its Deployment is. */
function addon(
  name: string,
  file: string,
  namespace: string,
  deployment: string,
  before: (artifacts: Artifacts) => Promise<string[]> = () => Promise.resolve([]),
): Part {
  return {
    name,
    processes: [],
    deadlineSeconds: 60,
    async start(node, artifacts) {
      for (const manifest of await before(artifacts)) await apply(node, manifest);
      const text = await readFile(join(manifests, file), "utf8");
      await apply(
        node,
        withImages(
          text,
          Object.values(artifacts.images).map(({ reference }) => reference),
        ),
      );
    },
    ready: (node) => deploymentReady(node.paths.kubeconfig, namespace, deployment),
    // Pods are ended together, by the node.
    stop: () => Promise.resolve(),
  };
}

/** Cluster DNS: CoreDNS behind the Service address every pod has in its resolv.conf. */
export const dns = addon("DNS", "dns.yaml", "kube-system", "coredns");

/** Ingress controller: Traefik on the node's ports 80 and 443. Its resources are known before it watches them. */
export const ingress = addon("ingress", "ingress.yaml", "ingress", "traefik", async ({ traefikCrds }) => [
  await readFile(traefikCrds, "utf8"),
]);

/** Roles that the components need beyond those the API server makes itself, and the default ServiceAccount. */
export const roles: Part = {
  name: "roles",
  processes: [],
  deadlineSeconds: 30,
  start: async (node) => apply(node, await readFile(join(manifests, "roles.yaml"), "utf8")),
  // Without it the first pod in the namespace is refused.
  ready: (node) => serviceAccountExists(node.paths.kubeconfig, "default", "default"),
  stop: () => Promise.resolve(),
};

/** Gives every container whose image has no tag the built reference of the same name. */
export function withImages(manifest: string, references: string[]): string {
  const tagged = new Map(references.map((reference) => [reference.slice(0, reference.lastIndexOf(":")), reference]));
  const documents = parseAllDocuments(manifest).map((document) => document.toJS() as Manifest);
  for (const { spec } of documents) {
    for (const container of spec?.template?.spec?.containers ?? []) {
      container.image = tagged.get(container.image) ?? container.image;
    }
  }
  return documents.map((document) => stringify(document)).join("---\n");
}

interface Manifest {
  spec?: { template?: { spec?: { containers?: { image: string }[] } } };
}

/** Server-side apply; the API server may refuse for a moment after its start. */
export async function apply(node: LocalNode, manifest: string): Promise<void> {
  let failure: unknown;
  const kubectl = [node.component("kubectl"), `--kubeconfig=${node.paths.kubeconfig}`];
  const applied = await until(
    () =>
      node.run([...kubectl, "apply", "--server-side", "--force-conflicts", "-f", "-"], { input: manifest }).then(
        () => true,
        (error: unknown) => {
          failure = error;
          return false;
        },
      ),
    20,
    0.3,
  );
  if (!applied) throw failure;
}
