import { metricsPort } from "../../../components/redis/metrics.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";

/** What the exporter beside a member tells: the value of each metric, the last one where labels make several. */
export async function scrape({ cluster, outputs: { namespace } }: DeployedStack, member: string) {
  const name = `${member}:${metricsPort}`;
  const text = await cluster.core.connectGetNamespacedPodProxyWithPath({ name, namespace, path: "metrics" });
  const lines = text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm);
  return new Map([...lines].map(([, metric = "", value]) => [metric, Number(value)]));
}

/** Whether the exporter beside a member gets through to its server. */
export async function isUp(stack: DeployedStack, member: string): Promise<boolean> {
  return (await scrape(stack, member)).get("redis_up") === 1;
}
