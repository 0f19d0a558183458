import type { Cluster } from "../../../deploy/cluster.ts";

/** The address of the local node in its own network: of host ports and node ports. */
export async function nodeAddress({ core }: Cluster): Promise<string> {
  const { items } = await core.listNode();
  return items[0]?.status?.addresses?.find(({ type }) => type === "InternalIP")?.address ?? "";
}
