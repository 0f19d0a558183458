import { exec } from "../../../deploy/exec.ts";
import type { DeployedStack } from "../../../deploy/stack.ts";

/** All that people who may not read Secrets can see of a stack: pod specs, ConfigMaps, process lists and logs. */
export async function everythingVisible({ cluster, outputs }: DeployedStack): Promise<string> {
  const { namespace } = outputs;
  const { items: pods } = await cluster.core.listNamespacedPod({ namespace });
  const { items: configMaps } = await cluster.core.listNamespacedConfigMap({ namespace });
  const perPod = pods.map(async ({ metadata, spec }) => {
    const name = metadata?.name ?? "";
    const containers = spec?.containers.map((one) => one.name) ?? [];
    const read = (container: string) => cluster.core.readNamespacedPodLog({ name, namespace, container });
    const logs = await Promise.all(containers.map(read));
    return [await processList({ cluster, outputs }, name), ...logs].join("\n");
  });
  return [JSON.stringify(pods), JSON.stringify(configMaps), ...(await Promise.all(perPod))].join("\n");
}

/** The command lines of a pod's processes. */
export function processList({ cluster, outputs: { namespace } }: DeployedStack, pod: string): Promise<string> {
  return exec(cluster, namespace, pod, ["sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"]);
}

/** Keys of a Secret whose values are no secrets: they are beside the password for who needs them all. */
const addresses = ["host", "port", "username"];

/** The secret values of a stack's Secrets. */
export async function secretValues({ cluster, outputs }: DeployedStack, ...names: string[]): Promise<string[]> {
  const { namespace } = outputs;
  const secrets = await Promise.all(names.map((name) => cluster.core.readNamespacedSecret({ name, namespace })));
  return secrets.flatMap(({ data }) =>
    Object.entries(data ?? {})
      .filter(([key]) => !addresses.includes(key))
      .map(([, value]) => Buffer.from(value, "base64").toString()),
  );
}
