import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./hash.ts";
import type { Labels } from "./labels.ts";

/** A ConfigMap, and its name: plain, for the content is known. */
export interface NamedConfigMap {
  name: string;
  object: k8s.core.v1.ConfigMap;
}

/**
 * A ConfigMap of a name that its content decides, so that pods of two versions each keep theirs. The resource's name
 * tells them apart, too: of one resource that is replaced, an update that fails would leave the old object to be deleted
 * by the next, although going back to the old configuration needs it.
 * @param resource what the resource's name begins with, and `metadata.name` what the object's does
 */
export function createConfigMap(
  resource: string,
  metadata: { name: string; namespace: pulumi.Input<string>; labels: Labels },
  data: Record<string, string>,
  opts: pulumi.CustomResourceOptions,
): NamedConfigMap {
  const hash = contentHash(data);
  const name = `${metadata.name}-${hash}`;
  const configMap = { metadata: { ...metadata, name }, immutable: true, data };
  return { name, object: new k8s.core.v1.ConfigMap(`${resource}-${hash}`, configMap, opts) };
}
