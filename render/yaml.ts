import { stringify } from "yaml";
import type { KubernetesObject } from "./objects.ts";

/**
 * Objects as YAML documents, as kubectl and GitOps read them: by the rules of YAML 1.1, in which `no`, `on` and `12:30`
 * are no strings unless they have quotes.
 * @see https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go
 */
export function toYaml(objects: KubernetesObject[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0, version: "1.1" })).join("---\n");
}
