import { loadBalancerUrl } from "../components/exposure/url.ts";
import type { PublicOutputs } from "../outputs.ts";
import type { KubernetesObject } from "../render/objects.ts";
import type { Cluster } from "./cluster.ts";
import { until } from "./eventually.ts";

/** Seconds for a load balancer to get its address; the engine waits as long. */
const deadline = 180;

/**
 * The outputs with what rendering cannot know: the address of a load balancer that is the only way to the application.
 * @throws Error when it gets none in time.
 */
export async function withAddress(
  { core }: Cluster,
  objects: KubernetesObject[],
  outputs: PublicOutputs,
): Promise<PublicOutputs> {
  const { namespace, ingress } = outputs;
  const { service: name, port } = outputs.app;
  const isOurs = ({ kind, metadata, spec }: KubernetesObject) =>
    kind === "Service" && metadata.name === name && spec?.type === "LoadBalancer";
  if (ingress !== null || !objects.some(isOurs)) return outputs;
  const url = await until(`an address of Service ${namespace}/${name}`, deadline, async () => {
    const { status } = await core.readNamespacedService({ name, namespace });
    return loadBalancerUrl({ port }, status) ?? false;
  });
  return { ...outputs, url };
}
