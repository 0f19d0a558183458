import { CustomObjectsApi } from "@kubernetes/client-node";
import type { Cluster } from "../../../deploy/cluster.ts";

const group = "ingress.v3.haproxy.org";
const version = "v3";
const plural = "backends";

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * A definition under which the API server keeps Backends of HAProxy Technologies' controller, whatever is in them: the
 * real one can't be had here (crds.ts), so that its schema is not checked.
 */
export const backendDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural, singular: "backend", kind: "Backend" },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: anything } } },
      },
    ],
  },
};

interface Stored {
  metadata: { name: string };
  spec: Record<string, unknown>;
}

/** The Backends of a namespace. */
export async function backendsIn({ config }: Cluster, namespace: string): Promise<Stored[]> {
  const api = config.makeApiClient(CustomObjectsApi);
  const list = (await api.listNamespacedCustomObject({ group, version, namespace, plural })) as { items: Stored[] };
  return list.items;
}
